"""Keeping an account of what was turned away: one row per source, reason and minute, one log line with it."""

import logging
import time
from threading import Lock

from django.db import Error, connection

from common import clock
from monitoring.enums import RejectReason
from monitoring.models import RejectedDelivery

logger = logging.getLogger(__name__)

_UPSERT = """
INSERT INTO monitoring_rejecteddelivery (source_id, reason, minute, count, detail, excerpt, address, last_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (source_id, reason, minute) DO UPDATE
    SET count = monitoring_rejecteddelivery.count + EXCLUDED.count, last_at = EXCLUDED.last_at
RETURNING xmax = 0
"""
# Strangers may knock thousands of times a second: they cost one statement per second and process.
STRANGER_SECONDS = 1.0


class _Knocks:
    """Refusals of unknown callers that are not written yet."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.pending = 0
        self.written_at = float("-inf")

    def take(self) -> int:
        """Count one more; the number to write now, or 0 while it is too early."""
        with self.lock:
            self.pending += 1
            if time.monotonic() - self.written_at < STRANGER_SECONDS:
                return 0
            self.written_at, pending, self.pending = time.monotonic(), self.pending, 0
            return pending


_knocks = _Knocks()


def reject(
    *, source_id: int | None, reason: RejectReason, detail: str, body: bytes = b"", address: str = ""
) -> None:
    """Note a refusal. Never fails: a refusal must reach its caller even while the database is away."""
    count = 1 if source_id else _knocks.take()
    if not count:
        return
    now = clock.now()
    row = (
        source_id, reason.value, now.replace(second=0, microsecond=0), count, detail[:500],
        body[: RejectedDelivery.KEPT_BYTES], address or None, now,
    )  # fmt: skip
    try:
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, row)
            is_first = cursor.fetchone()[0]
    except Error:
        logger.warning("a rejected delivery could not be noted: %s", reason.value)
        return
    if is_first:
        logger.warning("deliveries rejected: source %s, %s: %s", source_id or "unknown", reason.value, detail)
