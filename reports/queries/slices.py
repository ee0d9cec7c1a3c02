"""The same figures by line, channel and kind of promise."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from reports.enums import Period
from reports.queries.rows import JUDGED, rows
from sla.queries.shares import NOTHING, Share

LINES = f"""
    SELECT clock.line, clock.kind, count(*) FILTER (WHERE clock.verdict = 'met'), count(*),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM clock.elapsed)),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM clock.elapsed))
    {JUDGED} AND clock.kind IN ('OLA_A', 'OLA_W') AND clock.stopped_at IS NOT NULL
    GROUP BY clock.line, clock.kind
"""  # noqa: S608 — put together from constants
SOLVED = f"""
    SELECT ticket.line, count(DISTINCT ticket.id)
    {JUDGED} AND clock.kind = 'RES' AND ticket.resolved_at IS NOT NULL GROUP BY ticket.line
"""
CHANNELS = f"""
    SELECT ticket.channel, clock.kind, count(*) FILTER (WHERE clock.verdict = 'met'), count(*),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM clock.elapsed))
               FILTER (WHERE clock.stopped_at IS NOT NULL),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM clock.elapsed))
               FILTER (WHERE clock.stopped_at IS NOT NULL)
    {JUDGED} AND clock.kind IN ('FR', 'RES', 'G15') GROUP BY ticket.channel, clock.kind
"""  # noqa: S608 — put together from constants
FIFTEEN = f"""
    SELECT category.kind, count(*) FILTER (WHERE clock.elapsed <= interval '15 minutes'), count(*)
    {JUDGED} AND clock.kind = 'G15' AND clock.stopped_at IS NOT NULL AND category.kind IS NOT NULL
    GROUP BY category.kind
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """A share of what was in time, with the middle and the slow end in seconds."""

    share: Share = NOTHING
    p50: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class LineFigures:
    """What a line accepted, worked on and solved (K4, K15)."""

    line: int
    accepted: Measure
    worked: Measure
    solved: int


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """How one door is served: first response, resolution, solved within fifteen minutes."""

    channel: str
    first: Measure
    resolved: Share
    fifteen: Share


def by_line(period: Period) -> list[LineFigures]:
    """The three lines, also those without a case. Two statements."""
    found: dict[int, dict[str, Measure]] = defaultdict(dict)
    for line, kind, met, total, p50, p95 in rows(LINES, period):
        found[line][kind] = Measure(Share(met, total), p50, p95)
    solved = dict(rows(SOLVED, period))
    none = Measure()
    return [
        LineFigures(line, found[line].get("OLA_A", none), found[line].get("OLA_W", none), solved.get(line, 0))
        for line in (1, 2, 3)
    ]


def by_channel(period: Period) -> list[ChannelFigures]:
    """Channels that had something judged, the busiest first. One statement."""
    found: dict[str, dict[str, Measure]] = defaultdict(dict)
    for channel, kind, met, total, p50, p95 in rows(CHANNELS, period):
        found[channel][kind] = Measure(Share(met, total), p50, p95)
    none = Measure()
    figures = [
        ChannelFigures(
            channel, kinds.get("FR", none), kinds.get("RES", none).share, kinds.get("G15", none).share
        )
        for channel, kinds in found.items()
    ]
    return sorted(figures, key=lambda one: (-one.resolved.total, one.channel))


def in_fifteen_minutes(period: Period) -> dict[str, Share]:
    """K10 by kind of request: working time of the first cycle up to fifteen minutes, waiting for the customer left out."""
    return {kind: Share(met, total) for kind, met, total in rows(FIFTEEN, period)}
