"""Values of this room: a period, and a share with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt

from django.utils import timezone

from common import clock

Z95 = 1.959963984540054
SURE_FROM = 1000
"""From this many cases on, the interval is narrow enough to leave out (domain §3)."""


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


@dataclass(frozen=True, slots=True)
class Share:
    """`met` of `total`. Always shown with n, and with the 95 % Wilson interval while n is small."""

    met: int
    total: int

    @property
    def percent(self) -> float | None:
        return 100 * self.met / self.total if self.total else None

    @property
    def is_rough(self) -> bool:
        return 0 < self.total < SURE_FROM

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson score interval in per cent; None without cases."""
        if not self.total:
            return None
        n, p = self.total, self.met / self.total
        centre = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 / (1 + Z95**2 / n) * sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n))
        return 100 * max(0.0, centre - half), 100 * min(1.0, centre + half)


NOTHING = Share(0, 0)
