"""How likely a ticket is to miss: Kaplan–Meier over past resolution times (domain §2.7).

A survival curve S(t) is the share of tickets still unresolved after t of active time; tickets that are still open
count as long as they have lasted. Given that a ticket has lasted `elapsed`, it misses with S(target) / S(elapsed).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

AT_RISK = 0.5
ENOUGH = 50
"""Fewer past tickets than this say nothing; the caller widens the group."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Steps of S: after `times[i]` it is `shares[i]`. `size` is the number of tickets behind it."""

    times: tuple[float, ...]
    shares: tuple[float, ...]
    size: int

    def survival(self, time: float) -> float:
        index = bisect_right(self.times, time) - 1
        return 1.0 if index < 0 else self.shares[index]

    def miss(self, elapsed: float, target: float) -> float:
        """The probability to be open at `target`, open at `elapsed`. One when nobody ever lasted that long."""
        if elapsed >= target:
            return 1.0
        lasting = self.survival(elapsed)
        return self.survival(target) / lasting if lasting > 0 else 1.0

    def median_remaining(self, elapsed: float) -> float | None:
        """The time by which half of those open now have been resolved; None if fewer ever were."""
        half = self.survival(elapsed) / 2
        for time, share in zip(self.times, self.shares, strict=True):
            if time > elapsed and share <= half:
                return time - elapsed
        return None

    def is_at_risk(self, elapsed: float, target: float) -> bool:
        median = self.median_remaining(elapsed)
        return self.miss(elapsed, target) >= AT_RISK or (median is not None and target - elapsed < median)


def estimate(history: Iterable[tuple[float, bool]]) -> Curve:
    """The curve of (duration, resolved?) pairs; at equal durations resolutions come before open tickets."""
    pairs = list(history)
    resolved = Counter(time for time, is_resolved in pairs if is_resolved)
    leaving = Counter(time for time, _ in pairs)
    return curve(((time, resolved[time], leaving[time]) for time in sorted(leaving)), len(pairs))


def curve(leaving: Iterable[tuple[float, int, int]], size: int, *, limit: int | None = None) -> Curve:
    """The curve of (duration, how many were resolved, how many left in all), durations ascending, `size` in all.

    With `limit` no more than about so many steps are kept; needs no more memory than they do. S is exact at every
    kept step and overstated between two of them: a step is dropped unless S has fallen by the same share as at
    each other one. S cannot fall below 1 / size before it is zero, so the root of that order gives `limit` steps;
    a probability, the ratio of two S, is then wrong by less than that share (4 % for 5,000 tickets and 200 steps).
    """
    keep = size ** (-1 / limit) if limit and size > limit else 1.0
    times, shares, last = [], [], 1.0
    for time, share in steps(leaving, size):
        if share <= last * keep or share == 0:
            times.append(time)
            shares.append(share)
            last = share
    return Curve(tuple(times), tuple(shares), size)


def steps(leaving: Iterable[tuple[float, int, int]], size: int) -> Iterator[tuple[float, float]]:
    """Every step of S: the product of (1 - resolved / still open) over the durations at which somebody resolved."""
    still_open, share = size, 1.0
    for time, resolved, left in leaving:
        if resolved:
            share *= 1 - resolved / still_open
            yield time, share
        still_open -= left
