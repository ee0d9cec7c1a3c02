"""How much working time a stored clock has used, and how far it is past its target."""

from __future__ import annotations

from datetime import datetime, timedelta

from sla.engine.calendars import C247, ZERO
from sla.models import Clock
from sla.queries.rulebook import rulebook


def used(clock: Clock, now: datetime) -> timedelta:
    """Working time up to `now`: the finished runs, and the open one on its own calendar. Pauses count nothing."""
    if clock.running_since is None:
        return clock.elapsed
    _start, _end, key, *lump = clock.intervals[-1]
    book = rulebook()
    calendar = book.calendars.get(key, C247) if book else C247
    brought = timedelta(seconds=lump[0]) if lump else ZERO
    return clock.elapsed + brought + calendar.elapsed(clock.running_since, now)


def overrun(clock: Clock, target: timedelta, now: datetime) -> timedelta:
    """Working time over the target: grows until the clock stops and stands still while it is paused."""
    return max(ZERO, used(clock, now) - target)
