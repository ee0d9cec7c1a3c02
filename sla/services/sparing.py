"""Clocks that could not fire rest before they are tried again, so that they spoil neither a batch nor the log.

Kept by the process: a fresh one tries each of them once. What is overdue stays overdue in the database.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

STUCK_AFTER = 3
"""Failures in a row; before that it may have been anything."""

LONGEST_REST = 60.0
FORGOTTEN_AFTER = 600.0
"""A clock that has not failed again for so long was stopped, or fired elsewhere."""

MOST = 20
"""When more than these fail it is not the rows: nothing rests, everything stays overdue and the sweep is late."""


@dataclass(slots=True)
class Failing:
    times: int
    rests_until: float


_failing: dict[int, Failing] = {}


def failed(pk: int) -> None:
    """Each further failure doubles the rest, from none to a minute."""
    known = _failing.get(pk)
    if known is None and len(_failing) >= MOST:
        return
    times = known.times + 1 if known else 1
    rest = min(2.0 ** (times - 1), LONGEST_REST) if times > 1 else 0.0
    _failing[pk] = Failing(times, time.monotonic() + rest)


def fired(keys: Iterable[int]) -> None:
    for pk in keys:
        _failing.pop(pk, None)


def resting() -> list[int]:
    """Clocks that are not to be tried now."""
    now = time.monotonic()
    for pk in [pk for pk, one in _failing.items() if one.rests_until < now - FORGOTTEN_AFTER]:
        del _failing[pk]
    return sorted(pk for pk, one in _failing.items() if one.rests_until > now)


def stuck() -> list[int]:
    """Clocks that the sweep has given up on until they are mended."""
    return sorted(pk for pk, one in _failing.items() if one.times >= STUCK_AFTER)


def forget() -> None:
    _failing.clear()
