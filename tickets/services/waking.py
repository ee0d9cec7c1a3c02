"""What time itself does to tickets: reminders, windows that open, silence that ends.

An idempotent sweep over the indexed `wake_at`; rows are claimed with SKIP LOCKED, so any number may run.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from accounts.enums import Actor
from common.db import database_now
from common.errors import DomainError
from tickets.enums import CategoryKind, EventType, State
from tickets.models import Ticket
from tickets.services import informing, recording
from tickets.services.guards.periods import closes_at
from tickets.services.moving import move

logger = logging.getLogger(__name__)

TRY_AGAIN = timedelta(minutes=5)
SECOND_REMINDER = timedelta(hours=24)
# From the question: information requests 72 h, others 120 h, emergencies never (T10).
SILENCE_ENDS = {CategoryKind.INFORMATION: timedelta(hours=72 - 48)}
SILENCE_ENDS_DEFAULT = timedelta(hours=120 - 48)


def wake_due(*, now: datetime | None = None, limit: int = 100) -> int:
    """Wake every ticket whose time has come; returns how many were woken. Database time unless `now` is given."""
    moment = now or database_now()
    woken = 0
    while woken < limit and _wake_one(moment):
        woken += 1
    return woken


@transaction.atomic
def _wake_one(now: datetime) -> bool:
    due = Ticket.objects.filter(wake_at__lte=now).order_by("wake_at").select_related("category")
    ticket = due.select_for_update(of=("self",), skip_locked=True).first()
    if ticket is None:
        return False
    try:
        with transaction.atomic():
            _WAKERS.get(State(ticket.state), _sleep)(ticket, now)
    except DomainError as error:
        # A ticket that cannot move yet must not keep the others from waking.
        logger.warning("ticket %s is not woken yet: %s", ticket.number, error.detail)
        Ticket.objects.filter(pk=ticket.pk).update(wake_at=now + TRY_AGAIN)
    return True


def _sleep(ticket: Ticket, now: datetime) -> None:
    ticket.wake_at = None
    ticket.save(update_fields=["wake_at"])


def _waiting_for_customer(ticket: Ticket, now: datetime) -> None:
    """Two reminders, then the ticket resolves for lack of an answer; an emergency waits for a person."""
    if ticket.reminders_sent < 2:
        ticket.reminders_sent += 1
        ticket.wake_at = now + (SECOND_REMINDER if ticket.reminders_sent == 1 else _silence(ticket))
        ticket.save(update_fields=["reminders_sent", "wake_at"])
        recording.record(
            ticket=ticket,
            type=EventType.REMINDED,
            actor=Actor.system(),
            occurred_at=now,
            number=ticket.reminders_sent,
        )
        informing.remind(ticket, ticket.reminders_sent)
    elif ticket.category and ticket.category.kind == CategoryKind.EMERGENCY:
        _sleep(ticket, now)
    else:
        move(actor=Actor.system(), ticket_id=ticket.pk, transition="auto_resolve", at=now)


def _silence(ticket: Ticket) -> timedelta:
    kind = ticket.category.kind if ticket.category else ""
    return SILENCE_ENDS.get(CategoryKind(kind), SILENCE_ENDS_DEFAULT) if kind else SILENCE_ENDS_DEFAULT


def _vendor_due(ticket: Ticket, now: datetime) -> None:
    move(actor=Actor.system(), ticket_id=ticket.pk, transition="vendor_answered", at=now)


def _window_open(ticket: Ticket, now: datetime) -> None:
    move(actor=Actor.system(), ticket_id=ticket.pk, transition="window_opened", at=now)


def _close(ticket: Ticket, now: datetime) -> None:
    """A customer who said something since then, if only thanks, has the whole time again."""
    ends = closes_at(ticket)
    if ends > now:
        ticket.wake_at = ends
        ticket.save(update_fields=["wake_at"])
        return
    move(actor=Actor.system(), ticket_id=ticket.pk, transition="auto_close", at=now)


_WAKERS = {
    State.PENDING_CUSTOMER: _waiting_for_customer,
    State.PENDING_VENDOR: _vendor_due,
    State.PENDING_WINDOW: _window_open,
    State.RESOLVED: _close,
}
