"""What an operator asks of a queue: which view, which filters, which page. Parses, never writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from accounts.enums import Actor
from tickets.enums import OPEN, CategoryKind, Channel, Priority
from tickets.models import Ticket

LINES = ("line1", "line2", "line3")
VIEWS = (*LINES, "mine", "unassigned", "all")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of the page before: its deadline (None: without one) and key."""

    due: datetime | None
    pk: int

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """None for anything that is not one of our cursors."""
        due, _, key = text.partition("~")
        try:
            moment = parse_datetime(due) if due else None
        except ValueError:
            return None
        if not (key.isascii() and key.isdigit() and len(key) < 19) or (due and moment is None):
            return None
        return cls(moment, int(key))

    @classmethod
    def of(cls, ticket: Ticket) -> "Cursor":
        return cls(ticket.next_due_at, ticket.pk)

    def after(self) -> Q:
        """Rows behind this one in the order «next deadline, key», those without a deadline last."""
        if self.due is None:
            return Q(next_due_at__isnull=True, pk__gt=self.pk)
        return (
            Q(next_due_at__gt=self.due)
            | Q(next_due_at=self.due, pk__gt=self.pk)
            | Q(next_due_at__isnull=True)
        )

    def __str__(self) -> str:
        return f"{self.due.isoformat() if self.due else ''}~{self.pk}"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """One queue page as its address names it; whatever is not understood is left out."""

    view: str
    state: str = ""
    priority: str = ""
    kind: str = ""
    channel: str = ""
    customer: str = ""
    after: Cursor | None = None

    @classmethod
    def parse(cls, params: Mapping[str, str], actor: Actor) -> "QueueFilter":
        own = f"line{actor.line or 1}"
        view = params.get("view", own)
        return cls(
            view=view if view in VIEWS else own,
            state=_one_of(params.get("state"), [state.value for state in OPEN]),
            priority=_one_of(params.get("priority"), [str(value) for value in Priority.values]),
            kind=_one_of(params.get("kind"), CategoryKind.values),
            channel=_one_of(params.get("channel"), Channel.values),
            customer=params.get("customer", "").replace("\x00", "")[:32],
            after=Cursor.parse(params.get("after", "")),
        )

    @property
    def line(self) -> int | None:
        return int(self.view[-1]) if self.view in LINES else None

    def apply(self, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """Narrow a queue; the order stays."""
        wanted = {
            "state": self.state,
            "priority": self.priority,
            "category__kind": self.kind,
            "channel": self.channel,
            "customer__code": self.customer,
        }
        found = tickets.filter(**{name: value for name, value in wanted.items() if value})
        if self.view == "unassigned":
            found = found.filter(assignee__isnull=True)
        return found.filter(self.after.after()) if self.after else found

    @property
    def is_narrowed(self) -> bool:
        return bool(self.state or self.priority or self.kind or self.channel or self.customer)

    def query(self, after: Cursor | None = None) -> str:
        """The address part of this page, or of the page behind `after`."""
        names = ("view", "state", "priority", "kind", "channel", "customer")
        values = {name: getattr(self, name) for name in names if getattr(self, name)}
        cursor = after or self.after
        return urlencode({**values, "after": str(cursor)} if cursor else values)


def _one_of(value: str | None, allowed: list[str]) -> str:
    return value if value in allowed else ""


def page_of(tickets: QuerySet[Ticket], size: int = PAGE_SIZE) -> tuple[list[Ticket], Cursor | None]:
    """The first `size` rows, and the cursor of the next page if there is one."""
    rows = list(tickets[: size + 1])
    more = len(rows) > size
    return rows[:size], Cursor.of(rows[size - 1]) if more else None
