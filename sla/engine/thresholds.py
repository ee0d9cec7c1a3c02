"""Warnings and deadlines as instants: which of them a clock has ahead of it (domain §2.7)."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.engine.clock import Clock
from sla.engine.terms import Kind, Verdict

LATE = timedelta(seconds=5)
"""Whatever fires later than this after its instant is marked so."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """`code` is unique per kind: seconds of the 90 for FR, per cent of the target elsewhere."""

    code: int
    numerator: int
    denominator: int


def percent(*codes: int) -> tuple[Threshold, ...]:
    return tuple(Threshold(code, code, 100) for code in codes)


PLAN: dict[Kind, tuple[Threshold, ...]] = {
    Kind.FR: tuple(Threshold(code, code, 90) for code in (30, 60, 75, 90)),
    Kind.RES: percent(50, 75, 90, 100),
    Kind.OLA_A: percent(80, 100),
    Kind.OLA_W: percent(80, 100),
    Kind.NR: percent(80, 100),
    Kind.PU: percent(80, 100),
    Kind.CN: percent(80, 100),
    Kind.UC: percent(100),
    Kind.BR: percent(80, 100),
    Kind.KBD: percent(80, 100),
    Kind.BYP: percent(80, 100),
    Kind.G15: (Threshold(67, 2, 3), Threshold(100, 1, 1)),
}
Due = tuple[int, datetime]


def deadline_code(kind: Kind) -> int:
    """The code of the threshold that is the deadline itself."""
    return PLAN[kind][-1].code


def ahead(clock: Clock, fired: Container[int] = ()) -> list[Due]:
    """Thresholds still to fire, with their instants, soonest first; empty while paused, hidden or over.

    A clock that has missed owes only its deadline, even after it stopped: a breach found late is still recorded.
    """
    if clock.hidden or clock.kind not in PLAN or clock.target is None:
        return []
    last = deadline_code(clock.kind)
    if clock.verdict is Verdict.MISSED:
        return [] if last in fired or clock.breached_at is None else [(last, clock.breached_at)]
    if not clock.is_running or not clock.is_live:
        return []
    return _instants(clock, fired)


def _instants(clock: Clock, fired: Container[int]) -> list[Due]:
    dues: list[Due] = []
    for threshold in PLAN[clock.kind]:
        if threshold.code in fired or clock.target is None:
            continue
        at = clock.instant(clock.target * threshold.numerator / threshold.denominator)
        if threshold is PLAN[clock.kind][-1]:
            # A deadline at closing time breaks when the calendar opens again: until then nothing more was used.
            at = clock.expires_at()
        if at is not None:
            dues.append((threshold.code, at))
    return dues
