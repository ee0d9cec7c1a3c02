"""Everything the overview shows, by a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.enums import Period
from reports.queries import backlog, days, misses, slices
from sla.enums import PROMISES
from sla.models import Breach
from sla.queries import attainment
from sla.queries.shares import Share

WITHIN = ("category", "priority", "contract")
"""Slices of the headline that no other table of the page has."""


@dataclass(frozen=True, slots=True)
class Promise:
    """K1 of one kind of clock."""

    kind: str
    share: Share


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures of one period; `headline` counts tickets that kept both their first response and their resolution."""

    period: Period
    headline: Share
    allowed: int
    first: Share
    p50: float | None
    p95: float | None
    fifteen: Share
    days: list[days.Day]
    ages: list[backlog.Age]
    promises: list[Promise]
    lines: list[slices.LineFigures]
    channels: list[slices.ChannelFigures]
    within: dict[str, dict[Any, Share]]
    misses: Sequence[Breach]

    @property
    def open(self) -> int:
        return sum(age.total for age in self.ages)

    @property
    def too_old(self) -> int:
        """Open for more than seven days; the goal is none (K7)."""
        return self.ages[-1].total


def _within(by: str, period: Period) -> dict[Any, Share]:
    """K1 per ticket of every part of a slice."""
    found = attainment.slices(by, since=period.since, until=period.until)
    return {part: budget.raw for part, budget in found.items()}


def overview(period: Period) -> Overview:
    """All figures. The number of statements does not depend on the amount of data."""
    budget = attainment.budget(since=period.since, until=period.until)
    answered = attainment.first_responses(since=period.since, until=period.until)
    kept = attainment.clocks(since=period.since, until=period.until)
    fifteen = slices.in_fifteen_minutes(period)
    return Overview(
        period=period,
        headline=Share(budget.judged - budget.missed, budget.judged),
        allowed=budget.allowed,
        first=Share(*kept.get("FR", (0, 0))),
        p50=answered.p50,
        p95=answered.p95,
        fifteen=Share(
            sum(share.met for share in fifteen.values()), sum(share.total for share in fifteen.values())
        ),
        days=days.by_day(period),
        ages=backlog.ages(period),
        promises=[Promise(str(kind), Share(*kept[kind])) for kind in PROMISES if kind in kept],
        lines=slices.by_line(period),
        channels=slices.by_channel(period),
        within={by: _within(by, period) for by in WITHIN},
        misses=list(misses.recent(period)),
    )
