"""Reading JSON that people write by hand: nothing is dropped silently, and what is wrong is named with its place."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sla.engine.faults import ExampleError, within

REQUIRED: Any = object()
LONGEST = timedelta(days=366 * 100)


class Object(dict[str, Any]):
    """A JSON object that remembers a name written twice; Python's own reader keeps the last and says nothing."""

    twice: str | None = None


def parse_json(text: str) -> Any:
    """Raises `json.JSONDecodeError`. Names written twice are found by `doubled`."""
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> Object:
    made = Object(pairs)
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            made.twice = name
        seen.add(name)
    return made


def doubled(value: Any) -> str | None:
    """The name that stands twice in this object, if one does."""
    return value.twice if isinstance(value, Object) else None


def take(data: Mapping[str, Any], name: str, read: Callable[[Any], Any], default: Any = REQUIRED) -> Any:
    """One member, read; null is as good as absent. A fault names the member."""
    with within(name):
        if data.get(name) is not None:
            return read(data[name])
        if default is REQUIRED:
            raise ExampleError("missing")
        return default


def instant(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise ExampleError("instant", text=value) from None
    if at.tzinfo is None:
        raise ExampleError("offset", text=value)
    return at


def amount(value: Any) -> timedelta:
    """Seconds, whole or not, zero or more."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not 0 <= value <= LONGEST.total_seconds():
        raise ExampleError("number", text=value)
    return timedelta(seconds=value)


def mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ExampleError("mapping")
    if twice := doubled(value):
        raise ExampleError("key", text=twice)
    return value


def sequence(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ExampleError("sequence")
    return value


def one_of(known: Iterable[Any]) -> Callable[[Any], Any]:
    choices = list(known)

    def read(value: Any) -> Any:
        if value not in choices or isinstance(value, bool):
            raise ExampleError("choice", text=value, known=", ".join(map(str, choices)))
        return value

    return read
