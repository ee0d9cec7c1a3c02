"""The list of requests: what waits for the customer first, then what we work on, then what has ended."""

import re
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.enums import Actor
from portal.queries.promises import Promises, promises_of
from tickets.enums import OPEN, MessageKind, State
from tickets.models import Message, Ticket

PAGE = 20
YOURS, OURS, ENDED = 0, 1, 2
WAITS_FOR_CUSTOMER = (State.PENDING_CUSTOMER, State.RESOLVED)
ALIVE = (*OPEN, State.RESOLVED)
CURSOR = re.compile(r"([0-2])-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One request as a list shows it; `answer` is our latest public message."""

    ticket: Ticket
    promises: Promises
    answer: Message | None
    group: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows; `after` is the key of the next one, empty on the last."""

    rows: list[Row]
    after: str


def requests_of(actor: Actor, *, organisation: bool = False, show: str = "", after: str = "") -> Page:
    """A page of the contact's own requests, or of all the organisation's that the contact may see.

    `show` is ``open``, ``closed`` or empty for both. Constant number of queries.
    """
    found = _ranked(Ticket.objects.visible_to(actor) if organisation else own(actor))
    if show in ("open", "closed"):
        found = found.filter(state__in=ALIVE) if show == "open" else found.exclude(state__in=ALIVE)
    tickets = list(_from(found, after).select_related("contact")[: PAGE + 1])
    shown = tickets[:PAGE]
    promises, answers = promises_of(shown), _latest_answers(actor, shown)
    rows = [Row(ticket, promises[ticket.pk], answers.get(ticket.pk), ticket.rank) for ticket in shown]  # type: ignore[attr-defined]  # annotated by _ranked
    last = rows[-1] if len(tickets) > PAGE else None
    return Page(rows, f"{last.group}-{last.ticket.pk}" if last else "")


def counts_of(actor: Actor) -> dict[str, int]:
    """How many requests wait for the contact and how many are open: the badge of the page's tabs."""
    mine = own(actor)
    return {
        "yours": mine.filter(state__in=WAITS_FOR_CUSTOMER).count(),
        "open": mine.filter(state__in=ALIVE).count(),
    }


def own(actor: Actor) -> QuerySet[Ticket]:
    """Requests that the contact filed."""
    if actor.contact_id is None:
        return Ticket.objects.none()
    return Ticket.objects.visible_to(actor).filter(contact_id=actor.contact_id)


def _ranked(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    rank = Case(
        When(state__in=WAITS_FOR_CUSTOMER, then=Value(YOURS)),
        When(state__in=OPEN, then=Value(OURS)),
        default=Value(ENDED),
        output_field=IntegerField(),
    )
    return tickets.annotate(rank=rank).order_by("rank", "-pk")


def _from(tickets: QuerySet[Ticket], after: str) -> QuerySet[Ticket]:
    key = CURSOR.fullmatch(after)
    if key is None:
        return tickets
    rank, pk = int(key[1]), int(key[2])
    return tickets.filter(Q(rank__gt=rank) | Q(rank=rank, pk__lt=pk))


def _latest_answers(actor: Actor, tickets: list[Ticket]) -> dict[int, Message]:
    ours = Message.objects.visible_to(actor).filter(
        ticket_id__in=[ticket.pk for ticket in tickets], kind=MessageKind.REPLY
    )
    newest = ours.order_by("ticket_id", "-occurred_at", "-pk").distinct("ticket_id")
    return {message.ticket_id: message for message in newest.only("ticket_id", "author_name", "occurred_at")}
