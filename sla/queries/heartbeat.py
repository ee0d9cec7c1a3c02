"""Is the sweep alive? Read by /healthz and shown to operators when it is not."""

from __future__ import annotations

import time
from typing import TypedDict

from django.core.cache import cache

KEY = "sla:tick"
ALARM_AFTER = 10.0
"""Seconds without a completed sweep, or behind, that count as an alarm (domain §2.7)."""


class Pulse(TypedDict):
    at: float
    lag: float


def beat(lag: float) -> None:
    """Called at the end of each sweep; `lag` is how late the oldest thing it found was."""
    cache.set(KEY, Pulse(at=time.time(), lag=lag), timeout=3600)


def lag() -> float | None:
    """Seconds since the last completed sweep; None when none has ever run."""
    pulse: Pulse | None = cache.get(KEY)
    return None if pulse is None else max(0.0, time.time() - pulse["at"])


def is_healthy() -> bool:
    seconds = lag()
    return seconds is not None and seconds <= ALARM_AFTER
