"""Rule R8: what becomes known after its month was closed is reported in the month it becomes known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection

from common import clock as time
from sla.models import Clock, MonthClosing
from sla.queries.attainment import month_start

MONTHS = 0x51A0001
"""The advisory lock between writing verdicts of past months (shared) and closing one of those (alone)."""


def hold() -> None:
    """Until the end of the transaction nobody else closes a month or writes a verdict of a past one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MONTHS])


def report(fresh: Iterable[Clock]) -> None:
    """Set where figures will look for verdicts that have just been reached. No query while they are of this month."""
    now = time.now()
    rows = [row for row in fresh if row.verdict_at is not None]
    for row in rows:
        row.reported_at = row.verdict_at
    early = [row for row in rows if row.verdict_at and row.verdict_at < month_start(now)]
    if not early:
        return
    closed = _closed()
    for row in early:
        instants = [at for at in (row.verdict_at, row.detected_at) if at is not None]
        row.reported_at = next((at for at in instants if month_start(at).date() not in closed), now)


def _closed() -> set[date]:
    """The closed months. Whoever is closing one is waited for, and waits for us: no verdict falls in between.

    The lock comes after those of tickets and clocks; whoever closes a month takes none of these.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [MONTHS])
    return set(MonthClosing.objects.values_list("month", flat=True))
