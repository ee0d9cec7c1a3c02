"""Who sends what, right now. Every time here is the database's, so workers on several machines agree."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from messaging.enums import UNSENT, Channel, OutboundState
from messaging.models import OutboundMessage

# Longer than a batch may take: a sender stops by itself before its lease ends.
LEASE = timedelta(minutes=3)
MAX_ATTEMPTS = 12
FIRST_DELAY, LONGEST_DELAY = 30, 3600


@transaction.atomic
def claim(*, limit: int, channel: str = Channel.MAIL) -> list[OutboundMessage]:
    """Take up to `limit` due messages of a channel for `LEASE`. Two callers never get the same one.

    Within one ticket and address messages leave in the order they were written: a later one waits for the earlier.
    A lease that ran out (its sender was killed) is due again.
    """
    of_channel = OutboundMessage.objects.filter(channel=channel)
    rows = _locked(of_channel.filter(state=OutboundState.SENDING, leased_until__lt=Now()), limit)
    waiting = of_channel.filter(
        state__in=(OutboundState.QUEUED, OutboundState.FAILED), next_attempt_at__lte=Now()
    )
    rows += _locked(waiting.order_by("next_attempt_at", "pk"), limit - len(rows))
    if not rows:
        return []
    mine = OutboundMessage.objects.filter(pk__in=[row.pk for row in rows])
    mine.update(state=OutboundState.SENDING, leased_until=Now() + LEASE, attempts=F("attempts") + 1)
    return list(mine.order_by("pk"))


def _locked(due: QuerySet[OutboundMessage], limit: int) -> list[OutboundMessage]:
    if limit <= 0:
        return []
    earlier = OutboundMessage.objects.filter(
        ~Q(ticket_ref=""),
        ticket_ref=OuterRef("ticket_ref"),
        to=OuterRef("to"),
        pk__lt=OuterRef("pk"),
        state__in=UNSENT,
    )
    return list(due.filter(~Exists(earlier)).select_for_update(skip_locked=True, of=("self",))[:limit])


def mark_sent(message: OutboundMessage, *, external_id: str = "") -> bool:
    """False when the lease was lost meanwhile: somebody else decides about the message now."""
    return _leave(
        message, state=OutboundState.SENT, sent_at=Now(), last_error="", external_id=external_id[:128]
    )


def mark_failed(message: OutboundMessage, error: str) -> bool:
    """Plan the next attempt, later each time."""
    delay = min(FIRST_DELAY * 2 ** (message.attempts - 1), LONGEST_DELAY)
    next_attempt_at = Now() + timedelta(seconds=delay)
    return _leave(
        message, state=OutboundState.FAILED, last_error=error[:500], next_attempt_at=next_attempt_at
    )


def mark_dead(message: OutboundMessage, error: str) -> bool:
    """It will not be tried again until a person says so."""
    return _leave(message, state=OutboundState.DEAD, last_error=error[:500])


def give_back(message: OutboundMessage, *, later: float = 0.0) -> bool:
    """Return an untouched message to the queue, for `later` seconds from now; this does not count as an attempt."""
    next_attempt_at = Now() + timedelta(seconds=later)
    return _leave(
        message, state=OutboundState.QUEUED, attempts=F("attempts") - 1, next_attempt_at=next_attempt_at
    )


def _leave(message: OutboundMessage, **values: object) -> bool:
    lease: datetime | None = message.leased_until
    mine = OutboundMessage.objects.filter(pk=message.pk, state=OutboundState.SENDING, leased_until=lease)
    return bool(mine.update(leased_until=None, **values))
