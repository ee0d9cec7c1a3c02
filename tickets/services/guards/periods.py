"""How long things stay open: closing by silence, reopening, taking back (T17, T19, T24, T28)."""

from datetime import datetime, timedelta

from common import clock
from tickets.enums import CategoryKind, MessageKind
from tickets.models import Message, Ticket

AUTO_CLOSE = {
    CategoryKind.INFORMATION: timedelta(hours=48),
    CategoryKind.EMERGENCY: timedelta(hours=120),
}
AUTO_CLOSE_DEFAULT = timedelta(hours=72)
REOPEN_WINDOW = {CategoryKind.EMERGENCY: timedelta(days=14)}
REOPEN_WINDOW_DEFAULT = timedelta(days=7)
UNDO_WINDOW = timedelta(hours=24)
LATE_SHARE = 0.2


def last_customer_message(ticket: Ticket) -> Message | None:
    """The newest message a person of the customer wrote."""
    said = ticket.messages.filter(kind=MessageKind.CUSTOMER, is_human=True)
    return said.order_by("-occurred_at", "-pk").first()


def auto_close_after(ticket: Ticket) -> timedelta:
    """How long a customer may keep silent before a resolved ticket closes (T17)."""
    kind = ticket.category.kind if ticket.category else ""
    return AUTO_CLOSE.get(CategoryKind(kind), AUTO_CLOSE_DEFAULT) if kind else AUTO_CLOSE_DEFAULT


def closes_at(ticket: Ticket) -> datetime:
    """When a resolved ticket closes, counted from the last word of its customer (T17)."""
    last = last_customer_message(ticket)
    moments = (ticket.resolved_at, last.occurred_at if last else None)
    return max(moment for moment in moments if moment) + auto_close_after(ticket)


def within_reopen_window(ticket: Ticket) -> bool:
    """Closed no longer than 7 days ago, emergencies 14 (T19)."""
    kind = ticket.category.kind if ticket.category else ""
    window = REOPEN_WINDOW.get(CategoryKind(kind), REOPEN_WINDOW_DEFAULT) if kind else REOPEN_WINDOW_DEFAULT
    return bool(ticket.closed_at and clock.now() - ticket.closed_at <= window)
