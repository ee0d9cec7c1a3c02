"""How the month stands against its goal, for the head of every operator's queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from common import clock as time
from sla.queries import attainment
from sla.queries.attainment import Budget

KEY = "sla:standing"
KEPT_FOR = 9
"""Seconds that the figures are shared by all processes: every page asks after every alarm, and the month changes by
one ticket at most. Pages ask ten seconds after a bell, so that what rang it is always in the answer."""

TELLS_FROM = timedelta(days=1)
"""Of the month must be over before its pace says anything about its end."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The month so far. `gone` is the share of it that is over; a month has one budget and spends it evenly or not."""

    budget: Budget
    gone: float
    ends: datetime
    is_early: bool

    @property
    def used(self) -> float | None:
        """The share of the whole month's budget that is used: `burn` times the share of the month gone."""
        burn = self.budget.burn
        return None if burn is None else burn * self.gone

    @property
    def expected_missed(self) -> int | None:
        """At this pace, by the end of the month."""
        return None if self.is_early else round(self.budget.missed / self.gone)

    @property
    def expected_allowed(self) -> int | None:
        """K18 of as many tickets as the whole month will have judged at this pace."""
        if self.is_early:
            return None
        return Budget(round(self.budget.judged / self.gone), 0, self.budget.since).allowed

    @property
    def level(self) -> str:
        """`bad`: the budget is used up; `warn`: at this pace it will be; else `good`."""
        if self.budget.left < 0:
            return "bad"
        return "warn" if (self.budget.burn or 0.0) > 1 else "good"

    @property
    def used_percent(self) -> str:
        return f"{(self.used or 0.0) * 100:.0f} %"

    @property
    def gone_percent(self) -> str:
        return f"{self.gone * 100:.0f} %"

    # For drawing: whole numbers of a bar that is a hundred wide.
    @property
    def used_width(self) -> int:
        return min(100, round((self.used or 0.0) * 100))

    @property
    def gone_width(self) -> int:
        return round(self.gone * 100)


def this_month(*, now: datetime | None = None) -> Standing:
    """The current month, at most `KEPT_FOR` seconds old. One query when nobody has asked in that time."""
    kept: Standing | None = cache.get(KEY)
    if kept is None:
        kept = of_month(now or time.now())
        cache.set(KEY, kept, timeout=KEPT_FOR)
    return kept


def of_month(now: datetime) -> Standing:
    since = attainment.month_start(now)
    ends = attainment.month_start(since + timedelta(days=32))
    return Standing(
        budget=attainment.budget(since=since, until=now),
        gone=(now - since) / (ends - since),
        ends=ends,
        is_early=now - since < TELLS_FROM,
    )
