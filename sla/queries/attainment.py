"""K1, K2 and K18 of the KPI list, computed by SQL over verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from common import clock as time
from sla.queries.shares import Share

GOAL = 0.95
ANSWERED_WITHIN = 90
# Spam, tests and tickets we opened ourselves promise nothing to a customer (domain §3).
ASKED = """
    NOT ticket.is_outbound AND ticket.state <> 'spam' AND (category.code IS NULL OR category.code NOT LIKE 'XX%%')
"""
COUNTED = f"NOT clock.is_hidden AND {ASKED}"
# Met counts when the clock stopped, missed when the deadline passed; of a merged ticket only the first response.
JUDGED = f"""
    FROM sla_clock clock
    JOIN tickets_ticket ticket ON ticket.id = clock.ticket_id
    LEFT JOIN tickets_category category ON category.id = ticket.category_id
    WHERE clock.reported_at >= %(since)s AND clock.reported_at < %(until)s AND {COUNTED}
      AND (clock.kind = 'FR' OR ticket.state <> 'merged')
"""
# Tickets with a resolution verdict in the period, and those of them that missed anything up to its end.
TICKETS = f"""
    WITH judged AS (
        SELECT DISTINCT clock.ticket_id AS id, {{slice}} AS slice
        {JUDGED} AND clock.kind = 'RES' AND (category.code IS NULL OR category.code NOT LIKE 'OC%%')
    ), missed AS (
        SELECT judged.id, bool_and(excuse.id IS NOT NULL) AS excused
        FROM judged
        JOIN sla_clock clock ON clock.ticket_id = judged.id AND clock.kind IN ('FR', 'RES')
            AND clock.verdict = 'missed' AND clock.reported_at < %(until)s
        LEFT JOIN sla_breach breach ON breach.clock_id = clock.id
        LEFT JOIN sla_breachexcuse excuse ON excuse.breach_id = breach.id
        GROUP BY judged.id
    )
    SELECT slice, count(*), count(missed.id), count(*) FILTER (WHERE missed.excused)
    FROM judged LEFT JOIN missed ON missed.id = judged.id GROUP BY slice ORDER BY slice
"""  # noqa: S608 — put together from the constants above
SLICES = {
    "line": "ticket.line",
    "category": "coalesce(category.code, '')",
    "priority": "ticket.priority",
    "channel": "ticket.channel",
    # The contract in force when the ticket came, the newest one as everywhere.
    "contract": """coalesce((
        SELECT contract.number FROM accounts_contract contract
        WHERE contract.customer_id = ticket.customer_id AND contract.starts_on <= ticket.received_at::date
          AND (contract.ends_on IS NULL OR contract.ends_on >= ticket.received_at::date)
        ORDER BY contract.starts_on DESC, contract.id DESC LIMIT 1
    ), '')""",
}
CLOCKS = f"""
    SELECT clock.kind, count(*) FILTER (WHERE clock.verdict = 'met'), count(*) {JUDGED} GROUP BY clock.kind
"""
FIRST = f"""
    SELECT channel, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds),
           count(*) FILTER (WHERE seconds <= {ANSWERED_WITHIN})
    FROM (
        SELECT ticket.channel, extract(epoch FROM clock.elapsed) AS seconds
        {JUDGED} AND clock.kind = 'FR' AND clock.stopped_at IS NOT NULL
    ) AS answered GROUP BY GROUPING SETS ((), (channel))
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
        """⌊0.05 · judged⌋: of 1200 tickets 60."""
        return int(self.judged * round((1 - GOAL) * 100)) // 100

    @property
    def left(self) -> int:
        return self.allowed - self.missed

    @property
    def over(self) -> int:
        """How many misses there are too many."""
        return max(0, -self.left)

    @property
    def raw(self) -> Share:
        """K1 per ticket with its Wilson interval; what an excuse cannot change."""
        return Share(self.judged - self.missed, self.judged)

    @property
    def held(self) -> Share:
        """K1 under the contract: excused tickets count as kept."""
        return Share(self.judged - self.missed + self.excused, self.judged)

    @property
    def attainment(self) -> float | None:
        return self.raw.met / self.judged if self.judged else None

    @property
    def contractual(self) -> float | None:
        return self.held.met / self.judged if self.judged else None

    @property
    def burn(self) -> float | None:
        """(missed / judged) / 0.05: 1.0 ends the month exactly at the goal, 2.0 uses the budget up by its middle."""
        return self.missed / self.judged / (1 - GOAL) if self.judged else None


@dataclass(frozen=True, slots=True)
class FirstResponses:
    """K2: seconds of the first response, answered ones only; `share` within 90 s, `fast` of `count`."""

    count: int
    p50: float | None
    p95: float | None
    share: float | None
    fast: int = 0

    @property
    def within(self) -> Share:
        """The share with its Wilson interval."""
        return Share(self.fast, self.count)


NO_RESPONSES = FirstResponses(0, None, None, None)


def month_start(at: datetime) -> datetime:
    """Months are the centre's own, whatever zone the reader lives in: all of them close the same one."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def budget(*, since: datetime | None = None, until: datetime | None = None) -> Budget:
    """The current month by default. Membership by verdict instant, so that open breached tickets count at once."""
    until = until or time.now()
    since = since or month_start(until)
    found = _rows(TICKETS.format(slice="''"), since, until)
    judged, missed, excused = found[0][1:] if found else (0, 0, 0)
    return Budget(judged, missed, since, excused)


def slices(by: str, *, since: datetime, until: datetime) -> dict[Any, Budget]:
    """`budget` per line, category, priority, channel or contract: keys of `SLICES`. One query.

    Where a ticket stands when asked, except the contract, which is that of the day it came; '' has none.
    """
    found = _rows(TICKETS.format(slice=SLICES[by]), since, until)
    return {key: Budget(judged, missed, since, excused) for key, judged, missed, excused in found}


def clocks(*, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """K1 per clock: kind → (met, judged); `Share(*pair)` has the interval."""
    return {kind: (met, judged) for kind, met, judged in _rows(CLOCKS, since, until)}


def first_responses(*, since: datetime, until: datetime) -> FirstResponses:
    """K2 over all channels."""
    return _first(since, until).get(None, NO_RESPONSES)


def first_by_channel(*, since: datetime, until: datetime) -> dict[str, FirstResponses]:
    """K2 per channel: those by which something was answered."""
    return {channel: found for channel, found in sorted(_first(since, until).items(), key=str) if channel}


def _first(since: datetime, until: datetime) -> dict[str | None, FirstResponses]:
    return {
        channel: FirstResponses(count, p50, p95, fast / count if count else None, fast)
        for channel, count, p50, p95, fast in _rows(FIRST, since, until)
    }


def _rows(sql: str, since: datetime, until: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"since": since, "until": until})
        return list(cursor.fetchall())
