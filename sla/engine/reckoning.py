"""When would it be due? One clock on one calendar, with pauses, and nothing of a ticket."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sla.engine.calendars import Calendar, Span, merged
from sla.engine.clock import Clock
from sla.engine.terms import Kind, Verdict


class Reckoned(NamedTuple):
    """`due` is None when a pause without an end comes first; elapsed and verdict are those at the stop, if any."""

    due: datetime | None
    elapsed: timedelta | None
    verdict: Verdict | None


def reckon(
    start: datetime,
    amount: timedelta,
    calendar: Calendar,
    *,
    pauses: Iterable[Span] = (),
    stop: datetime | None = None,
) -> Reckoned:
    """The deadline of `amount` of working time. Raises `CalendarError` when the calendar opens too seldom."""
    clock = Clock(Kind.RES, 1, 0, amount, calendar, 0, start)
    clock.start(start)
    for begin, end in merged([(max(begin, start), end) for begin, end in pauses]):
        if stop is not None and begin >= stop:
            break
        clock.advance(begin)
        clock.pause(begin)
        clock.start(end if stop is None else min(end, stop))
    if stop is None:
        return Reckoned(clock.due_at, None, None)
    due = clock.due_at
    clock.advance(stop)
    clock.stop(stop)
    return Reckoned(due, clock.used, clock.verdict)
