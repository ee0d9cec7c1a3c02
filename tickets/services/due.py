"""The one column that another room writes: what the queue sorts by."""

from datetime import datetime

from tickets.models import Ticket


def set_next_due(ticket: Ticket, at: datetime | None, kind: str) -> None:
    """Called by `sla` inside the ticket's transaction; `kind` is the clock, for example ``FR``."""
    if ticket.next_due_at == at and ticket.next_due_kind == kind:
        return
    ticket.next_due_at, ticket.next_due_kind = at, kind
    Ticket.objects.filter(pk=ticket.pk).update(next_due_at=at, next_due_kind=kind)
