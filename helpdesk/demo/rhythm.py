"""When requests come: by hour of the day, day of the week, and with the small luck of real days."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from helpdesk.demo.cast import MOSCOW

DAYS = 60
# Requests a day, Monday to Sunday, before luck and growth.
WEEK = (16, 15, 14, 14, 13, 6, 5)
# Share of each hour, Moscow time: quiet nights, a peak before noon and another after lunch.
HOURS = (2, 2, 1, 1, 1, 2, 3, 5, 9, 14, 17, 16, 13, 12, 15, 16, 14, 11, 8, 6, 5, 4, 3, 3)
GROWTH = 0.15
TYPICAL_ANSWER = 27.0
SPREAD = 0.45
MISSED = 0.015
PEAK = frozenset({10, 11, 15})


def arrivals(now: datetime, rng: Random) -> Iterator[datetime]:
    """Instants of the last sixty days, oldest first, none later than now."""
    midnight = now.astimezone(MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(DAYS, -1, -1):
        day = midnight - timedelta(days=back)
        amount = WEEK[day.weekday()] * (1 - GROWTH * back / DAYS) * rng.uniform(0.75, 1.25)
        moments = sorted(_moment(day, rng) for _ in range(round(amount)))
        yield from (moment.astimezone(UTC) for moment in moments if moment <= now)


def _moment(day: datetime, rng: Random) -> datetime:
    hour = rng.choices(range(24), HOURS)[0]
    return day + timedelta(hours=hour, seconds=rng.randrange(3600), microseconds=rng.randrange(1_000_000))


def first_answer(at: datetime, rng: Random) -> float:
    """Seconds until a person answers: mostly well under ninety, now and then not."""
    busy = at.astimezone(MOSCOW).hour in PEAK
    if rng.random() < MISSED * (2 if busy else 1):
        return rng.uniform(93, 260)
    seconds = rng.lognormvariate(math.log(TYPICAL_ANSWER * (1.25 if busy else 1.0)), SPREAD)
    return min(max(seconds, 6.0), 88.0)


def answer_of_customer(rng: Random) -> float:
    """Minutes until a customer answers a question."""
    return min(max(rng.lognormvariate(math.log(35), 1.0), 2.0), 900.0)
