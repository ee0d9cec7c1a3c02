"""Local wall time to UTC, with the two daylight-saving traps decided once (domain §2.5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def wall_to_utc(day: date, seconds: int, tz: ZoneInfo, *, is_end: bool) -> datetime:
    """The instant of a wall time. Gap: the transition. Repeated hour: first pass for a start, second for an end."""
    naive = datetime.combine(day, time()) + timedelta(seconds=seconds)
    local = naive.replace(tzinfo=tz, fold=1 if is_end else 0)
    instant = local.astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == naive:
        return instant
    return _transition(naive, tz)


def _transition(naive: datetime, tz: ZoneInfo) -> datetime:
    """The instant the clocks jump over a wall time that does not exist."""
    after = naive.replace(tzinfo=tz, fold=0).astimezone(UTC)
    before = naive.replace(tzinfo=tz, fold=1).astimezone(UTC)
    old_offset = before.astimezone(tz).utcoffset()
    low, high = 0, int((after - before) / SECOND)
    while low < high:
        middle = (low + high) // 2
        if (before + middle * SECOND).astimezone(tz).utcoffset() == old_offset:
            low = middle + 1
        else:
            high = middle
    return before + low * SECOND
