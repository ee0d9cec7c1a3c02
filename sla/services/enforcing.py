"""The sweep: every second, what is due fires once (domain §2.7).

The database says what time it is and hands each due clock to exactly one sweep (SKIP LOCKED on clock and ticket).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from accounts.enums import Actor
from common.db import database_now
from sla.engine.terms import Kind
from sla.engine.thresholds import LATE
from sla.enums import PROMISES
from sla.models import Breach, Clock, ClockFiring
from sla.queries import heartbeat
from sla.services import escalating, folding, projecting, queueing, reporting, sparing
from sla.services.settling import SNAPSHOT, Due, Roster, breach_of, passed, settle
from tickets.enums import EventType
from tickets.services import recording

logger = logging.getLogger(__name__)

ROUNDS = 20
DUE = """
    SELECT EXISTS (
        SELECT 1 FROM sla_clock WHERE next_at < coalesce(%s, statement_timestamp()) AND id <> ALL(%s::bigint[])
    ), statement_timestamp()
"""
SILENT = {(Kind.G15, 67), (Kind.G15, 100), (Kind.OLA_A, 80), (Kind.OLA_W, 80)}
"""Thresholds between ourselves that ring but leave no line in the ticket's log."""


@dataclass(frozen=True, slots=True)
class TickResult:
    """What one tick did. `lag` is how long the longest overdue clock had waited, in seconds."""

    fired: int = 0
    breaches: int = 0
    lag: float = 0.0


def tick(*, now: datetime | None = None, limit: int = 500) -> TickResult:
    """Fire what is due, in batches of `limit`, and leave a heartbeat. Safe to run twice at the same time.

    `now` replaces the database's time in tests. An idle tick is one index look-up.
    """
    fired, breaches, lag = 0, 0, 0.0
    anything, seen_at = _anything_due(now)
    rounds = ROUNDS
    while anything and rounds:
        done = _batch(now, limit)
        fired, breaches, lag = fired + done.fired, breaches + done.breaches, max(lag, done.lag)
        if done.fired == 0:
            break
        rounds -= 1
        anything, seen_at = _anything_due(now)
    heartbeat.beat(seen_at, sparing.stuck())
    return TickResult(fired, breaches, lag)


def _anything_due(now: datetime | None) -> tuple[bool, datetime]:
    """Also the database's time. `statement_timestamp()` does not change within the statement: the index serves it."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now, sparing.resting()])
        found: tuple[bool, datetime] = cursor.fetchone()
        return found


def _due(now: datetime | None) -> QuerySet[Clock]:
    resting = sparing.resting()
    due = Clock.objects.due(now)
    return due.exclude(pk__in=resting) if resting else due


def _batch(now: datetime | None, limit: int) -> TickResult:
    """One batch in one transaction; if a row spoils it, its rows one by one, so that the others are not late."""
    try:
        return _sweep(now, limit)
    except Exception:
        logger.exception("A batch of due clocks failed; trying them one by one")
    due = list(_due(now).values_list("pk", flat=True)[:limit])
    done = [_alone(now, pk) for pk in due]
    return TickResult(
        sum(one.fired for one in done),
        sum(one.breaches for one in done),
        max((one.lag for one in done), default=0.0),
    )


def _alone(now: datetime | None, pk: int) -> TickResult:
    """A row that fails here rests; the database's own trouble is no row's fault and ends the tick."""
    try:
        return _sweep(now, 1, only=pk)
    except OperationalError:
        raise
    except Exception:
        sparing.failed(pk)
        logger.exception("Clock %d could not fire", pk)
        return TickResult()


@transaction.atomic
def _sweep(now: datetime | None, limit: int, only: int | None = None) -> TickResult:
    due_clocks = _due(now) if only is None else Clock.objects.due(now).filter(pk=only)
    claimed = list(
        due_clocks.select_related("ticket__category").select_for_update(
            skip_locked=True, of=("self", "ticket")
        )[:limit]
    )
    if not claimed:
        return TickResult()
    seen_at = now or database_now()
    dues = [Due(clock, passed(clock, seen_at)) for clock in claimed]
    for due in dues:
        settle(due, seen_at)
    _write(dues, seen_at)
    _tell(dues, seen_at)
    _account(dues, seen_at)
    # A missed promise keeps its place at the head of the queue; a missed line target gives its place up.
    queueing.reorder(due.clock.ticket for due in dues if due.is_deadline and due.clock.kind not in PROMISES)
    sparing.fired(clock.pk for clock in claimed)
    breaches = sum(due.is_breach for due in dues)
    return TickResult(len(dues), breaches, (seen_at - min(due.at for due in dues)).total_seconds())


def _write(dues: list[Due], now: datetime) -> None:
    """Two statements whatever the size of the batch; the unique key is the last word on «once»."""
    ClockFiring.objects.bulk_create(
        ClockFiring(clock=due.clock, threshold=code, due_at=at, detected_at=now, overtaken=code != due.code)
        for due in dues
        for code, at in due.passed
    )
    reporting.report(due.clock for due in dues if due.is_deadline)
    projecting.store_swept([due.clock for due in dues])


def _tell(dues: list[Due], now: datetime) -> None:
    """Ring, and append one event per announced threshold."""
    escalating.announce((due.clock, due.code) for due in dues)
    told = [due for due in dues if (due.clock.kind, due.code) not in SILENT]
    recording.record_all(
        entries=[(due.clock.ticket, _facts(due, now)) for due in told],
        type=EventType.ESCALATED,
        actor=Actor.system(),
        occurred_at=now,
    )


def _account(dues: list[Due], now: datetime) -> None:
    """The record of each broken promise, and the clock of its review; the same statements for one and for many."""
    broken = [due for due in dues if due.is_breach]
    if not broken:
        return
    logs = folding.refold_all((due.clock.ticket for due in broken), now)
    on = Roster.now()
    # A record that had been disproved is told anew when the promise breaks after all.
    Breach.objects.bulk_create(
        (breach_of(due, now, logs[due.clock.ticket_id], on) for due in broken),
        update_conflicts=True, unique_fields=["clock"], update_fields=SNAPSHOT,
    )  # fmt: skip


def _facts(due: Due, now: datetime) -> dict[str, Any]:
    clock = due.clock
    return {
        "clock": clock.kind,
        "cycle": clock.cycle,
        "clock_line": clock.line,
        "threshold": due.code,
        "is_breach": due.is_breach,
        "due_at": due.at.isoformat(),
        "detected_at": (clock.detected_at or now).isoformat(),
        "late": now - due.at > LATE,
    }
