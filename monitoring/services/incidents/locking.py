"""Who may change which incident when.

Opening, merging and moving the root of incidents go one at a time under one lock of the database. An alert takes it
after the locks of its event and trigger and before any ticket; rows of problems that an alert in flight holds are
skipped by whoever has this lock, and found by the next tick. A tick works on one incident under its row's lock.
"""

from django.db import connection

from common.errors import Missing
from monitoring.models import Incident

CORRELATION_LOCK = 0x69_6E_63


def lock_correlation() -> None:
    """Wait for the lock; it is held until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CORRELATION_LOCK])


def lock_incident(pk: int, *, waits: bool = True) -> Incident:
    """The incident under its row's lock; alerts that refer to it do not wait. Raises `Missing`.

    With `waits` false an incident that somebody works on counts as missing.
    """
    rows = Incident.objects.select_for_update(of=("self",), no_key=True, skip_locked=not waits)
    incident = rows.select_related("ticket").filter(pk=pk).first()
    if incident is None:
        raise Missing
    return incident
