"""The ledger: a message is kept, committed, before anyone looks at what it says."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F

from common import clock
from monitoring.adapters.alert import Alert
from monitoring.enums import Outcome
from monitoring.models import Delivery

# The request that stored a row works on it first; the sweep waits this long before it takes over.
GRACE = timedelta(seconds=3)
BACKOFF_SECONDS = (5, 15, 60, 300, 900, 3600)

_INSERT = """
INSERT INTO monitoring_delivery
    (source_id, kind, event_id, dedupe_key, raw, sha256, received_at, last_seen_at, seen_count, retry_at, attempts,
     outcome, error)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, %s, 0, '', '')
ON CONFLICT (source_id, dedupe_key) DO UPDATE
    SET seen_count = monitoring_delivery.seen_count + 1,
        last_seen_at = GREATEST(monitoring_delivery.last_seen_at, EXCLUDED.last_seen_at)
RETURNING id, xmax = 0, processed_at IS NOT NULL
"""
_SETTLE = """
UPDATE monitoring_delivery SET processed_at = %s, outcome = %s, error = '', attempts = attempts + 1
WHERE id = %s AND processed_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the ledger: whether this call made it, and whether it has been worked off already."""

    id: int
    is_new: bool
    is_processed: bool


def store(*, source_id: int, alert: Alert, raw: bytes, received_at: datetime) -> Stored:
    """Keep one message; the same message again only counts. One statement, its own transaction outside a caller's."""
    row = (
        source_id, alert.kind.value, alert.event_id, alert.dedupe_key, raw, hashlib.sha256(raw).hexdigest(),
        received_at, received_at, received_at + GRACE,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
        pk, is_new, is_processed = cursor.fetchone()
    return Stored(id=pk, is_new=is_new, is_processed=is_processed)


class AlreadyProcessedError(Exception):
    """Another worker settled this delivery first: what this one did must be rolled back."""


def mark_processed(delivery_id: int, outcome: Outcome) -> None:
    """Settle the row inside the transaction that did its work. Raises `AlreadyProcessedError`."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [clock.now(), outcome.value, delivery_id])
        if cursor.rowcount != 1:
            raise AlreadyProcessedError


def mark_failed(delivery_id: int, error: Exception) -> None:
    """Leave the row owed, to be tried again later and later; it is never given up."""
    delivery = Delivery.objects.filter(pk=delivery_id, processed_at__isnull=True).first()
    if delivery is None:
        return
    wait = BACKOFF_SECONDS[min(delivery.attempts, len(BACKOFF_SECONDS) - 1)]
    Delivery.objects.filter(pk=delivery_id, processed_at__isnull=True).update(
        attempts=F("attempts") + 1,
        retry_at=clock.now() + timedelta(seconds=wait),
        error=f"{type(error).__name__}: {error}"[:500],
    )
