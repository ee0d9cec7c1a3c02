"""The ticket log as the engine reads it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from sla.engine.case import Brought
from sla.engine.events import TYPES, Event, Type
from sla.engine.fold import fold
from sla.queries.rulebook import Rulebook, rulebook
from sla.services.seeding import seed_defaults
from tickets.models import TicketEvent

LogRow = tuple[str, datetime, dict[str, Any]]


def rules() -> Rulebook:
    """The rulebook; an empty database gets the defaults, so that no ticket is ever without a promise."""
    book = rulebook()
    if book is None:
        seed_defaults()
        book = rulebook()
    assert book is not None
    return book


def as_event(row: LogRow) -> Event:
    """Type, instant and payload of a `TicketEvent` as the engine's event."""
    type_, at, payload = row
    return Event(
        at, Type(type_), payload.get("state"), payload.get("line"), payload.get("priority"), payload.get("category"),
        payload,
    )  # fmt: skip


# A warning moves no clock; a breach asks for a review.
FOLDED = Q(type__in=TYPES - {Type.ESCALATED}) | Q(type=Type.ESCALATED, payload__is_breach=True)


def log(ticket_id: int) -> list[Event]:
    """Every event of the ticket that can move a clock. One query."""
    rows: Iterable[LogRow] = (
        TicketEvent.objects.filter(FOLDED, ticket_id=ticket_id)
        .order_by("occurred_at", "pk")
        .values_list("type", "occurred_at", "payload")
    )
    return [as_event(row) for row in rows]


def logs(ticket_ids: Iterable[int]) -> dict[int, list[Event]]:
    """`log` of many tickets. One query."""
    found: dict[int, list[Event]] = {pk: [] for pk in ticket_ids}
    rows = (
        TicketEvent.objects.filter(FOLDED, ticket_id__in=found)
        .order_by("ticket_id", "occurred_at", "pk")
        .values_list("ticket_id", "type", "occurred_at", "payload")
    )
    for pk, *row in rows.iterator(chunk_size=2000):
        found[pk].append(as_event((row[0], row[1], row[2])))
    return found


def brought(ticket_id: int, at: datetime) -> Brought | None:
    """What a merged ticket had used up at the merge (rule R7), from its own log."""
    before = [event for event in log(ticket_id) if event.at <= at and event.state != "merged"]
    folded = fold(before, rules().policy, as_of=at, sources=brought, explain=False)
    return folded.brought(at) if folded.clocks else None
