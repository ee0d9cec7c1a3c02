"""Figures per day of the viewer's time zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from reports.enums import Period
from reports.queries.rows import ASKED, JUDGED, rows
from sla.queries.shares import NOTHING, Share

FIRST = f"""
    SELECT (clock.reported_at AT TIME ZONE %(zone)s)::date AS day,
           count(*) FILTER (WHERE clock.verdict = 'met'), count(*),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM clock.elapsed))
               FILTER (WHERE clock.stopped_at IS NOT NULL),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM clock.elapsed))
               FILTER (WHERE clock.stopped_at IS NOT NULL)
    {JUDGED} AND clock.kind = 'FR' GROUP BY day
"""  # noqa: S608 — put together from constants
RESOLVED = f"""
    SELECT (clock.reported_at AT TIME ZONE %(zone)s)::date AS day,
           count(*) FILTER (WHERE clock.verdict = 'met'), count(*)
    {JUDGED} AND clock.kind = 'RES' AND (category.code IS NULL OR category.code NOT LIKE 'OC%%') GROUP BY day
"""
VOLUME = f"""
    SELECT (ticket.received_at AT TIME ZONE %(zone)s)::date AS day, coalesce(category.kind, ''), count(*)
    FROM tickets_ticket ticket LEFT JOIN tickets_category category ON category.id = ticket.category_id
    WHERE ticket.received_at >= %(since)s AND ticket.received_at < %(until)s AND {ASKED}
    GROUP BY 1, 2
"""  # noqa: S608 — put together from constants


@dataclass(slots=True)
class Day:
    """One day. Seconds are None on a day without an answer."""

    date: date
    first: Share = NOTHING
    p50: float | None = None
    p95: float | None = None
    resolved: Share = NOTHING
    received: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.received.values())


def by_day(period: Period) -> list[Day]:
    """Every day of the period, oldest first. Three statements."""
    days = {day: Day(day) for day in period.dates()}
    for day, met, total, p50, p95 in rows(FIRST, period):
        if day in days:
            days[day].first, days[day].p50, days[day].p95 = Share(met, total), p50, p95
    for day, met, total in rows(RESOLVED, period):
        if day in days:
            days[day].resolved = Share(met, total)
    for day, kind, count in rows(VOLUME, period):
        if day in days:
            days[day].received[kind] = count
    return list(days.values())
