"""The events the fold understands, as the ticket log records them (plain data, no ORM)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any


class Type(StrEnum):
    """Event types that can move a clock; every other type is ignored."""

    CREATED = "created"
    MOVED = "moved"
    MESSAGE = "message"
    RECLASSIFIED = "reclassified"
    MERGED_IN = "merged_in"
    UNMERGED = "unmerged"
    MAJOR = "major"
    POLICY_APPLIED = "policy_applied"
    ESCALATED = "escalated"
    REVIEWED = "breach_reviewed"
    BYPASSED = "bypassed"
    JUSTIFIED = "bypass_justified"
    KNOWLEDGE = "knowledge_settled"


TYPES = frozenset(Type)
UNDOING = {"unmerge": "merged", "restore": "cancelled"}
"""Transitions replayed as if the move into that state had never happened (T24, T28)."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fact at one UTC instant. State, line, priority and category are those after it, when it states them."""

    at: datetime
    type: Type
    state: str | None = None
    line: int | None = None
    priority: int | None = None
    category: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def ordered(events: Iterable[Event]) -> list[Event]:
    """Events in the order they happened, without the moves that a later unmerge or restore takes back."""
    history = sorted(events, key=attrgetter("at"))
    if history and history[0].type is not Type.CREATED:
        history.sort(key=lambda event: event.type is not Type.CREATED)
    if not any(event.type is Type.UNMERGED or event.data.get("transition") in UNDOING for event in history):
        return history
    kept: list[Event] = []
    for event in history:
        undone = UNDOING.get(event.data.get("transition", "")) if event.type is Type.MOVED else None
        if undone is not None:
            _drop_last(kept, lambda past, state=undone: past.type is Type.MOVED and past.state == state)
        elif event.type is Type.UNMERGED:
            source = event.data.get("source_id")
            _drop_last(
                kept, lambda past, s=source: past.type is Type.MERGED_IN and past.data.get("source_id") == s
            )
        kept.append(event)
    return kept


def _drop_last(events: list[Event], matches: Any) -> None:
    for index in range(len(events) - 1, -1, -1):
        if matches(events[index]):
            del events[index]
            return
