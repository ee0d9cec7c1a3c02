"""Is the sweep alive? Read by /healthz and shown to operators when it is not.

No machine's clock is trusted: the sweep leaves the database's time, and the database judges how long ago that was.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import connection
from redis.exceptions import RedisError

from common.live.publishing import client, prefix

ALARM_AFTER = 10.0
"""Seconds without a completed sweep, or behind, that count as an alarm (domain §2.7)."""

KEEP_SECONDS = 3600
JUDGING = """
    SELECT statement_timestamp(),
           (SELECT min(next_at) FROM sla_clock WHERE next_at < statement_timestamp() AND id <> ALL(%(stuck)s)),
           ARRAY(SELECT id FROM sla_clock WHERE id = ANY(%(stuck)s) AND next_at < statement_timestamp())
"""
"""The time, the oldest thing that should have fired, and which of the known troubles still are some."""


class State(StrEnum):
    """`late`: promises are judged late. `stuck`: the sweep is in time, but some clocks cannot fire."""

    OK = "ok"
    STUCK = "stuck"
    LATE = "late"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Beat:
    """The last completed sweep: the database's time at it, and the clocks that it could not fire."""

    at: datetime
    stuck: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """`silent`: seconds since the last completed sweep, None when unknown. `behind`: age of the oldest overdue one."""

    state: State
    silent: float | None
    behind: float
    stuck: tuple[int, ...] = ()

    @property
    def is_late(self) -> bool:
        return self.state in (State.LATE, State.DOWN)


def key() -> str:
    return f"{prefix()}sla:tick"


def beat(at: datetime, stuck: Collection[int] = ()) -> None:
    """Called at the end of each sweep with the database's time. Redis being away is no reason to fail."""
    try:
        client(settings.REDIS_URL).set(key(), json.dumps([at.isoformat(), sorted(stuck)]), ex=KEEP_SECONDS)
    except (RedisError, OSError):
        return


def health() -> Health:
    """One look at Redis and one statement. While Redis is away, what is overdue decides alone."""
    try:
        last = _last()
    except (RedisError, OSError):
        now, oldest, _stuck = _judge(())
        return _health(None, now, oldest, State.OK)
    now, oldest, stuck = _judge(last.stuck if last else ())
    silent = (now - last.at).total_seconds() if last else None
    calm = State.DOWN if last is None else State.STUCK if stuck else State.OK
    return _health(silent, now, oldest, calm, stuck)


def is_healthy() -> bool:
    """False while promises are judged late. Single clocks that cannot fire have an alarm of their own."""
    return not health().is_late


def _last() -> Beat | None:
    found = client(settings.REDIS_URL).get(key())
    if found is None:
        return None
    at, stuck = json.loads(found)
    return Beat(datetime.fromisoformat(at), tuple(stuck))


def _judge(stuck: tuple[int, ...]) -> tuple[datetime, datetime | None, tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(JUDGING, {"stuck": list(stuck)})
        now, oldest, still = cursor.fetchone()
    return now, oldest, tuple(still)


def _health(
    silent: float | None, now: datetime, oldest: datetime | None, calm: State, stuck: tuple[int, ...] = ()
) -> Health:
    """A sweep from the future is as good as none: the database that says so is another one than the one it saw."""
    behind = (now - oldest).total_seconds() if oldest else 0.0
    late = behind > ALARM_AFTER or (silent is not None and abs(silent) > ALARM_AFTER)
    return Health(State.LATE if late and calm is not State.DOWN else calm, silent, behind, stuck)
