"""From what the room knows to the plain values that the shapes describe."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sla.engine.calendars import ZERO
from sla.engine.clock import Clock as EngineClock
from sla.enums import PROMISES
from sla.models import Clock
from sla.queries.attainment import Budget, FirstResponses
from sla.queries.ledger import lines
from sla.queries.panel import state_of
from sla.queries.shares import Share
from sla.services.explaining import Explained
from sla.services.projecting import key_of


def clocks(explained: Explained) -> list[dict[str, Any]]:
    """Every stored clock, the oldest first, with what the replay knows of it."""
    ordered = sorted(explained.stored, key=lambda row: (row.started_at, row.pk))
    return [_clock(row, explained.replayed.get(key_of(row)), explained) for row in ordered]


def _clock(row: Clock, replayed: EngineClock | None, explained: Explained) -> dict[str, Any]:
    elapsed = replayed.elapsed(explained.at) if replayed else row.elapsed
    return {
        "kind": row.kind,
        "cycle": row.cycle,
        "line": row.line,
        "state": state_of(row),
        "verdict": row.verdict,
        "is_promise": row.kind in PROMISES,
        "target_seconds": row.target,
        "elapsed_seconds": elapsed,
        "remaining_seconds": _remaining(row, elapsed),
        "started_at": row.started_at,
        "due_at": row.due_at,
        "stopped_at": row.stopped_at,
        "breached_at": row.breached_at,
        "detected_at": row.detected_at,
        "policy": {"id": row.policy_version_id, "title": explained.names.policy(row.policy_version_id)},
        "calendar": _calendar(row, replayed, explained),
        "intervals": [_interval(*stretch) for stretch in row.intervals],
        "ledger": lines(replayed, explained.names) if replayed else [],
    }


def _remaining(row: Clock, elapsed: timedelta) -> timedelta | None:
    """What is left of the promise; nothing can be left of one that has ended."""
    if row.target is None or row.stopped_at is not None:
        return None
    return max(ZERO, row.target - elapsed)


def _calendar(row: Clock, replayed: EngineClock | None, explained: Explained) -> dict[str, Any]:
    key = replayed.calendar.key if replayed else row.intervals[-1][2] if row.intervals else ""
    versions = explained.names.calendars.get(key, [])
    title = next((one.title for one in versions if one.pk == row.calendar_version_id), "")
    return {"id": row.calendar_version_id, "key": key, "title": title or key}


def _interval(start: str, end: str | None, calendar: str, brought: float = 0.0) -> dict[str, Any]:
    return {"start": start, "end": end, "calendar": calendar, "brought_seconds": brought}


def share(found: Share, **more: Any) -> dict[str, Any]:
    names = ("met", "total", "percent", "interval")
    return {**more, **{name: getattr(found, name) for name in names}}


def answers(found: FirstResponses, **more: Any) -> dict[str, Any]:
    return {**more, **{name: getattr(found, name) for name in ("count", "p50", "p95", "within")}}


def budget(found: Budget, **more: Any) -> dict[str, Any]:
    names = ("judged", "missed", "excused", "raw", "held", "allowed", "left", "burn")
    return {**more, **{name: getattr(found, name) for name in names}}
