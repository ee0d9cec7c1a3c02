"""Bypasses as they are reviewed: what is still to be justified, what waits for judgement, what was judged; K14."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, QuerySet

from accounts.enums import Actor
from common import clock
from common.errors import Missing
from tickets.enums import BypassVerdict
from tickets.models import Bypass, Ticket
from tickets.models.bypass import JUSTIFY_WITHIN

PAGE = 50
PERIOD = timedelta(days=30)
PEOPLE = ("user__operator", "justified_by", "judged_by")


def bypasses(actor: Actor) -> QuerySet[Bypass]:
    """Of tickets in the actor's scope, with the people named; for the desk only."""
    if not actor.is_operator:
        return Bypass.objects.none()
    return Bypass.objects.select_related("ticket", *PEOPLE).defer("ticket__search")


def bypass_or_missing(actor: Actor, pk: int, *, number: str) -> Bypass:
    """One bypass of the ticket with this number. Raises `Missing`."""
    found = bypasses(actor).filter(pk=pk, ticket__number=number.replace("\x00", "")).first()
    if found is None:
        raise Missing
    return found


def of_ticket(ticket: Ticket) -> list[Bypass]:
    """Oldest first. One query."""
    return list(ticket.bypasses.select_related(*PEOPLE).order_by("at", "pk"))


def missing_of(actor: Actor) -> list[Bypass]:
    """What the actor has still to justify, the nearest deadline first."""
    mine = Bypass.objects.unjustified().filter(user_id=actor.user_id or 0)
    return list(mine.select_related("ticket").defer("ticket__search").order_by("at", "pk"))


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the list with its own order, each served by an index."""

    name: str
    newest_first: bool
    narrow: Callable[[QuerySet[Bypass]], QuerySet[Bypass]]


STAGES = (
    Stage("justify", False, lambda rows: rows.filter(verdict="", justified_at__isnull=True)),
    Stage("judge", False, lambda rows: rows.filter(verdict="", justified_at__isnull=False)),
    Stage("judged", True, lambda rows: rows.exclude(verdict="")),
)


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Bypass]
    after: str
    """Where the next page begins; empty on the last one."""


def page(actor: Actor, *, verdict: str = "", after: str = "") -> Page:
    """Open ones first: not justified, then waiting for judgement, both the oldest first; then judged, newest first.

    `verdict` narrows to one verdict, `open` to what has none. `after` is a `Page.after`; anything else begins anew.
    """
    wanted = _stages(verdict)
    name, last = _place(after)
    first = next((index for index, stage in enumerate(wanted) if stage.name == name), None)
    rows: list[Bypass] = []
    for index, stage in enumerate(wanted[first or 0 :]):
        found = stage.narrow(bypasses(actor))
        if verdict in BypassVerdict.values and verdict:
            found = found.filter(verdict=verdict)
        if index == 0 and first is not None and last is not None:
            found = found.filter(_behind(last, stage))
        order = ("-at", "-pk") if stage.newest_first else ("at", "pk")
        rows += found.order_by(*order)[: PAGE + 1 - len(rows)]
        if len(rows) > PAGE:
            break
    return Page(rows[:PAGE], _cursor(rows[PAGE - 1]) if len(rows) > PAGE else "")


def _stages(verdict: str) -> tuple[Stage, ...]:
    if verdict == "open":
        return STAGES[:2]
    return STAGES[2:] if verdict in BypassVerdict.values and verdict else STAGES


def stage_of(bypass: Bypass) -> str:
    if bypass.verdict:
        return "judged"
    return "judge" if bypass.justified_at else "justify"


def _cursor(bypass: Bypass) -> str:
    return f"{stage_of(bypass)}.{bypass.pk}"


def _place(cursor: str) -> tuple[str, Bypass | None]:
    name, _, key = cursor.partition(".")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return "", None
    return name, Bypass.objects.filter(pk=int(key)).first()


def _behind(last: Bypass, stage: Stage) -> Q:
    step = "lt" if stage.newest_first else "gt"
    return Q(**{f"at__{step}e": last.at}) & (
        Q(**{f"at__{step}": last.at}) | Q(**{"at": last.at, f"pk__{step}": last.pk})
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """K14 over the last thirty days; `missing` are all that are overdue, however old."""

    count: int
    tickets: int
    judged: int
    justified: int
    missing: int
    waiting: int

    @property
    def per_thousand(self) -> float | None:
        return 1000 * self.count / self.tickets if self.tickets else None

    @property
    def justified_share(self) -> float | None:
        return 100 * self.justified / self.judged if self.judged else None


def figures() -> Figures:
    """Three queries, each inside an index."""
    now = clock.now()
    recent = Bypass.objects.filter(at__gte=now - PERIOD).aggregate(
        count=Count("pk"),
        judged=Count("pk", filter=~Q(verdict="")),
        justified=Count("pk", filter=Q(verdict=BypassVerdict.JUSTIFIED)),
    )
    still_open = Bypass.objects.filter(verdict="").aggregate(
        missing=Count("pk", filter=Q(justified_at__isnull=True, at__lt=now - JUSTIFY_WITHIN)),
        waiting=Count("pk", filter=Q(justified_at__isnull=False)),
    )
    tickets = Ticket.objects.filter(received_at__gte=now - PERIOD).count()
    return Figures(tickets=tickets, **recent, **still_open)
