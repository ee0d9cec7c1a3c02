"""Finishing what requests left owed: first the spool goes into the ledger, then the ledger is worked off."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from common import clock
from monitoring.adapters.kinds import read_again
from monitoring.models import Delivery, Source
from monitoring.services import spooling, storing
from monitoring.services.authenticating import SourceRules
from monitoring.services.processing import process

logger = logging.getLogger(__name__)
SWEEP_LOCK = 0x6D_6F_6E_73


def sweep(*, limit: int = 500) -> int:
    """Drain the spool, then work off up to `limit` owed deliveries in the order they came; how many were settled.

    One sweep runs at a time: a second one finds the lock taken and leaves.
    """
    with _alone() as is_alone:
        if not is_alone:
            return 0
        drain_spool()
        owed = Delivery.objects.filter(processed_at__isnull=True, retry_at__lte=clock.now()).order_by("pk")
        return sum(_settle(delivery) for delivery in owed.select_related("source")[:limit])


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SWEEP_LOCK])
        taken = bool(cursor.fetchone()[0])
    try:
        yield taken
    finally:
        if taken and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [SWEEP_LOCK])


def drain_spool() -> int:
    """Everything waiting in the spool goes into the ledger, in order; a file is removed only after its last line."""
    return sum(_drain(batch) for batch in spooling.batches())


def _drain(batch: Path) -> int:
    kinds = dict(Source.objects.values_list("pk", "kind"))
    drained = 0
    for message in spooling.messages(batch):
        if message.source_id not in kinds:
            logger.error(
                "a spooled message is of source %s, which does not exist any more", message.source_id
            )
            continue
        alert = read_again(kinds[message.source_id], message.raw)
        storing.store(
            source_id=message.source_id, alert=alert, raw=message.raw, received_at=message.received_at
        )
        drained += 1
    batch.unlink(missing_ok=True)
    logger.info("%s messages drained from the spool", drained)
    return drained


def _settle(delivery: Delivery) -> bool:
    """One delivery; a failure is noted on its row and tried again later. No row lock: `process` claims the work."""
    try:
        alert = read_again(delivery.source.kind, bytes(delivery.raw))
        process(
            source=SourceRules.of(delivery.source),
            alert=alert,
            delivery_id=delivery.pk,
            at=delivery.received_at,
        )
    except Exception as error:
        logger.exception("delivery %s is tried again later", delivery.pk)
        storing.mark_failed(delivery.pk, error)
        return False
    return True
