"""Opening hours as people write them: the form of the vector files and of the administration alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from sla.engine.calendars import ALWAYS, Hours
from sla.engine.dates import parse_period
from sla.engine.faults import CalendarError, within
from sla.engine.parsing import doubled
from sla.engine.week import (
    DAYS,
    Week,
    Window,
    find_overlap,
    parse_days,
    parse_hours,
    parse_week,
    parse_window,
    parse_windows,
    runs_into,
    show_windows,
)
from sla.engine.zones import zone

ALWAYS_OPEN = {"always open", "24x7", "24/7", "always"}
ONE = timedelta(days=1)


def read_hours(spec: Any, given: Mapping[str, Any], *, strict: bool = True) -> Hours:
    """Opening hours from their written form. Raises CalendarError naming the part that is wrong.

    `given` are the calendars that `as NAME` may borrow from. Without `strict` hours are only read, not judged: what
    has once been published stays readable whatever is refused later.
    """
    spec = _whole(spec, given)
    if isinstance(spec, str):
        return ALWAYS
    read = {
        "week": _week,
        "tz": _zone,
        "holidays": read_holidays,
        "exceptions": read_exceptions,
    }
    parts: dict[str, Any] = {}
    for name, reader in read.items():
        with within(name):
            parts[name] = reader(_borrowed(spec.get(name), name, given))
    hours = Hours(**parts)
    if strict:
        check(hours)
    return hours


def _whole(spec: Any, given: Mapping[str, Any]) -> Any:
    """The specification, after following a calendar that is wholly another one's."""
    spec = _borrowed(spec, None, given)
    if isinstance(spec, str) and spec.strip().lower() not in ALWAYS_OPEN:
        raise CalendarError("calendar", text=spec)
    if not isinstance(spec, str | Mapping):
        raise CalendarError("calendar", text=spec)
    if twice := doubled(spec):
        raise CalendarError("key", text=twice)
    return spec


def _borrowed(value: Any, name: str | None, given: Mapping[str, Any]) -> Any:
    """`"as RUBH"` takes the same part of that calendar (or all of it)."""
    seen: set[str] = set()
    while isinstance(value, str) and value.startswith("as "):
        source = value[3:].strip()
        if source in seen:
            raise CalendarError("circle", text=source)
        seen.add(source)
        if source not in given:
            raise CalendarError("calendar", text=source)
        lender = _borrowed(given[source], None, given) if name else given[source]
        value = lender.get(name) if name and isinstance(lender, Mapping) else None if name else lender
    return value


def _week(value: Any) -> Week:
    """One line, or an object with a text for each day."""
    if isinstance(value, str):
        return parse_week(value)
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        raise CalendarError("week")
    week: list[tuple[Window, ...]] = [()] * len(DAYS)
    for name, text in value.items():
        with within(name):
            for day in parse_days(name):
                week[day] = parse_hours(text)
    return tuple(week)


def _zone(value: Any) -> str:
    value = "UTC" if value is None else value
    try:
        zone(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, AttributeError, OSError):
        raise CalendarError("zone", text=value) from None
    return str(value)


def read_holidays(value: Any) -> frozenset[date]:
    if value is None:
        return frozenset()
    if not isinstance(value, list | tuple):
        raise CalendarError("list")
    return frozenset(day for text in value for day in parse_period(text))


def read_exceptions(value: Any) -> dict[date, tuple[Window, ...]]:
    """Dates or periods with hours of their own: a mapping or pairs. A date may stand once only."""
    if twice := doubled(value):
        raise CalendarError("key", text=twice)
    pairs = value.items() if isinstance(value, Mapping) else () if value is None else value
    if not isinstance(pairs, Iterable) or isinstance(pairs, str):
        raise CalendarError("object")
    found: dict[date, tuple[Window, ...]] = {}
    source: dict[date, str] = {}
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise CalendarError("object")
        text, windows = pair[0], _windows(*pair)
        for day in parse_period(text):
            if day in found:
                raise CalendarError("twice", day=day, first=source[day], second=text)
            found[day], source[day] = windows, text
    return found


def _windows(text: Any, value: Any) -> tuple[Window, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return parse_hours(value)
    if not isinstance(value, list | tuple):
        raise CalendarError("windows", text=text)
    return tuple(sorted(window for item in value for window in _window(text, item)))


def _window(text: Any, item: Any) -> Iterable[Window]:
    if isinstance(item, str):
        return parse_windows(item)
    if isinstance(item, list | tuple) and len(item) == 2 and all(isinstance(part, str) for part in item):
        return [parse_window(*item)]
    raise CalendarError("windows", text=text)


def check(hours: Hours) -> None:
    """Raise CalendarError for hours that overlap or can never open, with the place.

    An exception may well begin within the night before it: whoever opens a whole date means both.
    """
    if hours.always:
        return
    if not any(hours.week):
        raise CalendarError("never", field="week")
    for day, windows in enumerate(hours.week):
        following = (day + 1) % 7
        _check("week", day, windows, following, hours.week[following])
    for date_, windows in sorted(hours.exceptions.items()):
        _check("exceptions", date_, windows, date_ + ONE, hours.exceptions.get(date_ + ONE, ()))


def _check(
    field: str, day: Any, windows: Iterable[Window], following: Any, next_day: Iterable[Window]
) -> None:
    if pair := find_overlap(windows):
        first, second = (show_windows([window]) for window in pair)
        raise CalendarError("overlap", field=field, day=day, first=first, second=second)
    if pair := runs_into(windows, next_day):
        first, second = (show_windows([window]) for window in pair)
        raise CalendarError("overnight", field=field, day=day, next=following, first=first, second=second)


def shortened(windows: tuple[Window, ...], seconds: int = 3600) -> tuple[Window, ...]:
    """The same day ending earlier; a last window that short falls away."""
    *before, (start, end) = sorted(windows)
    rest = [(start, end - seconds)] if end - start > seconds else []
    return (*before, *rest)
