"""Opening hours as people write them: the form of the vector files and of the administration alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from sla.engine.calendars import ALWAYS, Hours
from sla.engine.week import CalendarError, Window, parse_week, parse_window

ALWAYS_OPEN = {"always open", "24x7", "24/7", "always"}


def _windows(value: Any) -> tuple[Window, ...]:
    pairs = [text.split("-") if isinstance(text, str) else text for text in value or ()]
    return tuple(sorted(parse_window(start, end) for start, end in pairs))


def _borrowed(value: Any, name: str, given: Mapping[str, Any]) -> Any:
    """`"as RUBH"` takes the same part of that calendar."""
    while isinstance(value, str) and value.startswith("as "):
        value = given[value[3:].strip()].get(name)
    return value


def read_hours(spec: str | Mapping[str, Any], given: Mapping[str, Any]) -> Hours:
    """Opening hours as the vector files write them."""
    if isinstance(spec, str):
        if spec.strip().lower() not in ALWAYS_OPEN:
            raise CalendarError(f"{spec!r} is not a calendar")
        return ALWAYS
    exceptions = _borrowed(spec.get("exceptions"), "exceptions", given) or {}
    hours = Hours(
        tz=spec.get("tz", "UTC"),
        week=parse_week(_borrowed(spec["week"], "week", given)),
        holidays=frozenset(
            date.fromisoformat(day) for day in _borrowed(spec.get("holidays"), "holidays", given) or ()
        ),
        exceptions={date.fromisoformat(day): _windows(value) for day, value in exceptions.items()},
    )
    try:
        hours.check()
    except ZoneInfoNotFoundError as error:
        raise CalendarError(f"{hours.tz!r} is not a time zone") from error
    return hours
