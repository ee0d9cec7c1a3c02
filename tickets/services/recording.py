"""Appending events, and calling those who listen."""

from collections.abc import Callable
from datetime import datetime
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
    category = ticket.category
    event = TicketEvent.objects.create(
        ticket=ticket,
        type=type,
        occurred_at=occurred_at or clock.now(),
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
    for path in settings.TICKET_EVENT_SUBSCRIBERS:
        _subscriber(path)(ticket, event)
    _tell(ticket, event)
    return event


def _tell(ticket: Ticket, event: TicketEvent) -> None:
    """Doorbells carry ids and kinds only; who may read what is decided when the page asks."""
    kind = "ticket-new" if event.type == EventType.CREATED else "ticket-changed"
    doorbell = {"id": ticket.pk, "number": ticket.number, "event": event.type, "line": ticket.line}
    lines = {ticket.line, event.payload.get("line_from", ticket.line)}
    for channel in (f"ticket:{ticket.pk}", *(f"line:{line}" for line in sorted(lines))):
        live.publish(channel, kind, **doorbell)
    if ticket.contact_id:
        live.publish(f"contact:{ticket.contact_id}", kind, id=ticket.pk, number=ticket.number)
    if ticket.customer_id:
        live.publish(f"customer:{ticket.customer_id}", kind, id=ticket.pk, number=ticket.number)
