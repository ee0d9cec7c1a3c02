"""Appending events, and calling those who listen."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.enums import Actor
from common import clock, live
from tickets.enums import EventType
from tickets.models import Ticket, TicketEvent

Subscriber = Callable[[Ticket, TicketEvent], None]


@cache
def _subscriber(path: str) -> Subscriber:
    found: Subscriber = import_string(path)
    return found


def record(
    *, ticket: Ticket, type: EventType, actor: Actor, occurred_at: datetime | None = None, **payload: Any
) -> TicketEvent:
    """Append one event and call `settings.TICKET_EVENT_SUBSCRIBERS` in order, in the caller's transaction.

    The payload gets `state`, `line`, `priority` and `category` as they are after the event. Browsers that show the
    ticket, its queue or its customer are told after the commit.
    """
    event = _event(ticket, type, actor, occurred_at or clock.now(), payload)
    event.save(force_insert=True)
    _follow(event)
    live.publish_all(_bells(ticket, event))
    return event


def record_all(
    *,
    entries: Iterable[tuple[Ticket, Mapping[str, Any]]],
    type: EventType,
    actor: Actor,
    occurred_at: datetime,
) -> list[TicketEvent]:
    """`record` for many tickets and one fact, each with a payload of its own: one INSERT, the same consequences."""
    events = TicketEvent.objects.bulk_create(
        _event(ticket, type, actor, occurred_at, payload) for ticket, payload in entries
    )
    for event in events:
        _follow(event)
    live.publish_all(bell for event in events for bell in _bells(event.ticket, event))
    return events


def _event(
    ticket: Ticket, type: EventType, actor: Actor, occurred_at: datetime, payload: Mapping[str, Any]
) -> TicketEvent:
    category = ticket.category
    return TicketEvent(
        ticket=ticket,
        type=type,
        # In UTC, as it will be read back: what subscribers store must not depend on the sender's zone.
        occurred_at=occurred_at.astimezone(UTC),
        actor_kind=actor.kind,
        actor_name=actor.name,
        actor_user_id=actor.user_id if actor.is_operator else None,
        actor_contact_id=actor.contact_id,
        payload={
            "state": ticket.state,
            "line": ticket.line,
            "priority": ticket.priority,
            "category": category.code if category else "",
            **payload,
        },
    )


def _follow(event: TicketEvent) -> None:
    for path in settings.TICKET_EVENT_SUBSCRIBERS:
        _subscriber(path)(event.ticket, event)


def _bells(ticket: Ticket, event: TicketEvent) -> Iterator[live.Bell]:
    """Doorbells carry ids and kinds only; who may read what is decided when the page asks."""
    kind = "ticket-new" if event.type == EventType.CREATED else "ticket-changed"
    doorbell = {"id": ticket.pk, "number": ticket.number, "event": event.type, "line": ticket.line}
    lines = {ticket.line, event.payload.get("line_from", ticket.line)}
    if event.type != EventType.CREATED:  # nobody can have a new ticket's page open
        yield live.Bell(f"ticket:{ticket.pk}", kind, doorbell)
    for line in sorted(lines):
        yield live.Bell(f"line:{line}", kind, doorbell)
    if ticket.contact_id:
        yield live.Bell(f"contact:{ticket.contact_id}", kind, {"id": ticket.pk, "number": ticket.number})
    if ticket.customer_id:
        yield live.Bell(f"customer:{ticket.customer_id}", kind, {"id": ticket.pk, "number": ticket.number})
