"""Rule R8: what becomes known after its month was closed is reported in the month it becomes known."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from common import clock as time
from sla.models import Clock, MonthClosing
from sla.queries.attainment import month_start


def report(fresh: Iterable[Clock]) -> None:
    """Set where figures will look for verdicts that have just been reached. No query while they are of this month."""
    now = time.now()
    rows = [row for row in fresh if row.verdict_at is not None]
    for row in rows:
        row.reported_at = row.verdict_at
    early = [row for row in rows if row.verdict_at and row.verdict_at < month_start(now)]
    if not early:
        return
    closed = set(MonthClosing.objects.values_list("month", flat=True))
    for row in early:
        if row.verdict_at and timezone.localdate(row.verdict_at).replace(day=1) in closed:
            row.reported_at = row.detected_at or now
