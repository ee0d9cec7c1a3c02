"""Values of this room: a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from common import clock


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the viewer's time zone, today included; `since` ≤ t < `until`."""

    days: int
    since: datetime
    until: datetime

    @classmethod
    def of(cls, days: int, now: datetime | None = None) -> Period:
        until = now or clock.now()
        midnight = timezone.localtime(until).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(days, midnight - timedelta(days=days - 1), until)

    @property
    def zone(self) -> str:
        return str(timezone.get_current_timezone())

    def dates(self) -> list[date]:
        """Every day of the period, oldest first, whether anything happened on it or not."""
        first = timezone.localtime(self.since).date()
        return [first + timedelta(days=offset) for offset in range(self.days)]
