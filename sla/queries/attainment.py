"""K1, K2 and K18 of the KPI list, computed by SQL over verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from common import clock as time

GOAL = 0.95
# Spam, tests and tickets we opened ourselves promise nothing to a customer (domain §3).
COUNTED = """
    NOT clock.is_hidden AND NOT ticket.is_outbound
    AND (category.code IS NULL OR category.code NOT LIKE 'XX%%') AND ticket.state <> 'spam'
"""
JUDGED = f"""
    FROM sla_clock clock
    JOIN tickets_ticket ticket ON ticket.id = clock.ticket_id
    LEFT JOIN tickets_category category ON category.id = ticket.category_id
    WHERE clock.reported_at >= %(since)s AND clock.reported_at < %(until)s AND {COUNTED}
"""
TICKETS = f"""
    SELECT count(*), count(*) FILTER (WHERE missed), count(*) FILTER (WHERE missed AND excused) FROM (
        SELECT EXISTS (
            SELECT 1 FROM sla_clock other
            WHERE other.ticket_id = clock.ticket_id AND other.kind IN ('FR', 'RES') AND other.verdict = 'missed'
        ) AS missed,
        EXISTS (
            SELECT 1 FROM sla_breachexcuse excuse JOIN sla_breach breach ON breach.id = excuse.breach_id
            WHERE breach.ticket_id = clock.ticket_id
        ) AND NOT EXISTS (
            SELECT 1 FROM sla_clock other
            LEFT JOIN sla_breach breach ON breach.clock_id = other.id
            LEFT JOIN sla_breachexcuse excuse ON excuse.breach_id = breach.id
            WHERE other.ticket_id = clock.ticket_id AND other.kind IN ('FR', 'RES') AND other.verdict = 'missed'
              AND excuse.id IS NULL
        ) AS excused
        {JUDGED} AND clock.kind = 'RES' AND (category.code IS NULL OR category.code NOT LIKE 'OC%%')
        GROUP BY clock.ticket_id
    ) AS tickets
"""  # noqa: S608 — put together from the constants above
CLOCKS = f"""
    SELECT clock.kind, count(*) FILTER (WHERE clock.verdict = 'met'), count(*) {JUDGED} GROUP BY clock.kind
"""
FIRST = f"""
    SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds), count(*) FILTER (WHERE seconds <= 90)
    FROM (
        SELECT extract(epoch FROM clock.elapsed) AS seconds
        {JUDGED} AND clock.kind = 'FR' AND clock.stopped_at IS NOT NULL
    ) AS answered
"""  # noqa: S608 — put together from the constants above


@dataclass(frozen=True, slots=True)
class Budget:
    """K18: how many tickets the month may still miss at the goal; `attainment` is K1 per ticket, never excused.

    `excused` tickets missed only what the contract does not hold against us; `contractual` counts them as kept.
    """

    judged: int
    missed: int
    since: datetime
    excused: int = 0

    @property
    def allowed(self) -> int:
        return int(self.judged * round((1 - GOAL) * 100)) // 100

    @property
    def left(self) -> int:
        return self.allowed - self.missed

    @property
    def attainment(self) -> float | None:
        return (self.judged - self.missed) / self.judged if self.judged else None

    @property
    def contractual(self) -> float | None:
        return (self.judged - self.missed + self.excused) / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class FirstResponses:
    """K2: seconds of the first response; `share` within 90 s."""

    count: int
    p50: float | None
    p95: float | None
    share: float | None


def month_start(at: datetime) -> datetime:
    """Months are the centre's own, whatever zone the reader lives in: all of them close the same one."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def budget(*, since: datetime | None = None, until: datetime | None = None) -> Budget:
    """The current month by default. Membership by verdict instant, so that open breached tickets count at once."""
    until = until or time.now()
    since = since or month_start(until)
    judged, missed, excused = _row(TICKETS, since, until)
    return Budget(judged, missed, since, excused)


def clocks(*, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """K1 per clock: kind → (met, judged)."""
    with connection.cursor() as cursor:
        cursor.execute(CLOCKS, {"since": since, "until": until})
        return {kind: (met, judged) for kind, met, judged in cursor.fetchall()}


def first_responses(*, since: datetime, until: datetime) -> FirstResponses:
    count, p50, p95, fast = _row(FIRST, since, until)
    return FirstResponses(count, p50, p95, fast / count if count else None)


def _row(sql: str, since: datetime, until: datetime) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"since": since, "until": until})
        row: tuple[int, ...] = cursor.fetchone()
        return row
