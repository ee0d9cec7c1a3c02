"""Nightly training: survival curves of past resolutions, and the mean work per ticket of each line (domain §2.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from common import clock as time
from sla.engine.survival import ENOUGH, curve
from sla.engine.terms import Kind
from sla.models import Clock, LineLoad, RiskCurve
from sla.queries import risk
from sla.queries.attainment import COUNTED

HISTORY = timedelta(days=180)
NIGHT = 3
"""Trained at the first look after this local hour, when the fewest people wait for the database."""

STEPS = 200
"""Kept per curve, see `survival.curve`."""

GROUPS = f"""
    WITH past AS (
        SELECT category.code, category.kind, ticket.priority, ticket.line,
               extract(epoch FROM clock.elapsed)::float8 + coalesce(run.seconds, 0) AS seconds,
               clock.stopped_at IS NOT NULL
                   AND (clock.verdict = 'met' OR ticket.state NOT IN ('cancelled', 'merged')) AS resolved
        FROM sla_clock clock
        JOIN tickets_ticket ticket ON ticket.id = clock.ticket_id
        LEFT JOIN tickets_category category ON category.id = ticket.category_id
        LEFT JOIN unnest(%(running)s::bigint[], %(seconds)s::float8[]) AS run (id, seconds) ON run.id = clock.id
        WHERE clock.kind = 'RES' AND clock.verdict <> 'cancelled' AND clock.started_at >= %(since)s AND {COUNTED}
    )
    SELECT * FROM (
        SELECT wide.category, priority, wide.line,
               (sum(count(*)) OVER (PARTITION BY wide.category, priority, wide.line))::bigint AS size,
               seconds, count(*) FILTER (WHERE resolved), count(*)
        FROM past CROSS JOIN LATERAL (VALUES (code, line), (code, 0), (kind, 0), ('', 0)) AS wide (category, line)
        WHERE wide.category IS NOT NULL
        GROUP BY wide.category, priority, wide.line, seconds
    ) AS durations WHERE size >= %(enough)s ORDER BY 1, 2, 3, seconds
"""  # noqa: S608 — put together from constants
"""Every group with its durations in order, so that a curve is made while its rows stream past."""

LOADS = """
    SELECT line, sum(extract(epoch FROM elapsed))::float8 / count(DISTINCT ticket_id), count(DISTINCT ticket_id)
    FROM sla_clock
    WHERE kind = 'OLA_W' AND started_at >= %(since)s AND stopped_at IS NOT NULL AND NOT is_hidden
    GROUP BY line
"""


def train_if_due(*, now: datetime | None = None) -> int:
    """Train unless it has been done since the last night began. Returns the number of curves made.

    Looked at every half an hour: a night during which nothing ran is made up for, whatever the time zone does.
    """
    now = now or time.now()
    trained = risk.trained_at()
    return 0 if trained and trained >= _night(now) else train(now=now)


def _night(now: datetime) -> datetime:
    local = timezone.localtime(now, timezone.get_default_timezone())
    night = local.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


@transaction.atomic
def train(*, now: datetime | None = None) -> int:
    """Replace every curve and load by what the last 180 days say. Returns the number of curves.

    A cycle of a ticket counts once, with the line that has or resolved it. Open ones are censored at what they have
    used so far, missed and then cancelled or merged ones at their end; cancelled verdicts say nothing. Groups of
    fewer than `ENOUGH` are not kept: a reader would pass them over for a wider one.
    """
    now = now or time.now()
    since = now - HISTORY
    with connection.cursor() as cursor:
        # Readers go on; a second training waits. The one long read of the day may take longer than a page may.
        cursor.execute("SET LOCAL statement_timeout = '200s'")
        cursor.execute("LOCK TABLE sla_riskcurve, sla_lineload IN SHARE ROW EXCLUSIVE MODE")
    curves, loads = list(_curves(since, now)), list(_loads(since, now))
    RiskCurve.objects.all().delete()
    LineLoad.objects.all().delete()
    RiskCurve.objects.bulk_create(curves)
    LineLoad.objects.bulk_create(loads)
    transaction.on_commit(risk.forget)
    return len(curves)


def _curves(since: datetime, now: datetime) -> Iterator[RiskCurve]:
    running, seconds = _open_runs(since, now)
    given: dict[str, Any] = {"running": running, "seconds": seconds, "since": since, "enough": ENOUGH}
    # A cursor on the server: no more of the history is here at a time than one fetch.
    with connection.chunked_cursor() as cursor:
        cursor.execute(GROUPS, given)
        for (category, priority, line, size), rows in groupby(cursor, key=lambda row: row[:4]):
            made = curve((row[4:] for row in rows), size, limit=STEPS)
            yield RiskCurve(
                category=category, priority=priority, line=line, size=made.size, times=made.times,
                shares=made.shares, trained_at=now,
            )  # fmt: skip


def _open_runs(since: datetime, now: datetime) -> tuple[list[int], list[float]]:
    """Running clocks and the seconds of their open run: only the engine knows the hours of a calendar."""
    clocks = Clock.objects.live().filter(kind=Kind.RES, running_since__isnull=False, started_at__gte=since)
    keys, seconds = [], []
    for clock in clocks.only("elapsed", "running_since", "intervals").iterator(chunk_size=2000):
        keys.append(clock.pk)
        seconds.append((risk.elapsed(clock, now) - clock.elapsed).total_seconds())
    return keys, seconds


def _loads(since: datetime, now: datetime) -> Iterator[LineLoad]:
    with connection.cursor() as cursor:
        cursor.execute(LOADS, {"since": since})
        for line, seconds, size in cursor.fetchall():
            yield LineLoad(line=line, seconds=seconds, size=size, trained_at=now)
