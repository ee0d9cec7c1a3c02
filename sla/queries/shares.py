"""A share and how sure we are of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959963984540054
SURE_FROM = 1000
"""From this many cases on, the interval is narrow enough to leave out (domain §3)."""


@dataclass(frozen=True, slots=True)
class Share:
    """`met` of `total`. Always shown with n, and with the 95 % Wilson interval while n is small."""

    met: int
    total: int

    @property
    def missed(self) -> int:
        return self.total - self.met

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
