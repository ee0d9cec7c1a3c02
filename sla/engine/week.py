"""Reading and writing opening hours: `Mon-Fri 09:00-18:00`, `daily 00:00-06:00`, `Sat 10:00-14:00 15:00-17:00`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

Window = tuple[int, int]
"""Seconds of local wall time from midnight: start, end. End may exceed 86400 when the window runs past midnight."""

Week = tuple[tuple[Window, ...], ...]
"""Seven days, Monday first."""

DAY = 86_400
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TOKEN = re.compile(
    r"(?P<times>\d{1,2}:\d\d(?::\d\d)?\s*-\s*\d{1,2}:\d\d(?::\d\d)?)|(?P<days>[A-Za-z]+(?:\s*-\s*[A-Za-z]+)?)"
)


class CalendarError(ValueError):
    """The calendar cannot be understood or can never open. The text says which part is wrong."""


def parse_time(text: str) -> int:
    parts = [int(part) for part in text.strip().split(":")]
    seconds = parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)
    if parts[1] > 59 or (len(parts) > 2 and parts[2] > 59) or seconds > DAY:
        raise CalendarError(f"{text.strip()!r} is not a time of day between 00:00 and 24:00")
    return seconds


def parse_window(start: str, end: str) -> Window:
    """One window; an end at or before its start means the next day."""
    opens, closes = parse_time(start), parse_time(end)
    if opens >= DAY:
        raise CalendarError(f"a window cannot start at {start.strip()}")
    if opens == closes:
        raise CalendarError(f"the window {start.strip()}-{end.strip()} is empty")
    return (opens, closes if closes > opens else closes + DAY)


def parse_days(text: str) -> list[int]:
    name = re.sub(r"\s", "", text).lower()
    if name in {"daily", "everyday"}:
        return list(range(7))
    first, _, last = name.partition("-")
    start, end = _day(first), _day(last or first)
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def _day(name: str) -> int:
    if name[:3] not in DAYS:
        raise CalendarError(f"{name!r} is not a day of the week")
    return DAYS.index(name[:3])


def parse_week(text: str) -> Week:
    """Groups of days followed by their windows; commas and semicolons are free."""
    leftovers = re.sub(r"[\s,;]", "", TOKEN.sub("", text))
    if leftovers:
        raise CalendarError(f"{leftovers!r} in {text!r} is neither a day nor a window such as 09:00-18:00")
    week: list[list[Window]] = [[] for _ in DAYS]
    days: list[int] = []
    reading_days = False
    for token in TOKEN.finditer(text):
        if token["days"]:
            days = [*(days if reading_days else []), *parse_days(token["days"])]
            reading_days = True
            continue
        reading_days = False
        start, end = token["times"].split("-")
        for day in days or range(7):
            week[day].append(parse_window(start, end))
    if reading_days:
        raise CalendarError(f"{text!r} names days without a window")
    return tuple(tuple(sorted(windows)) for windows in week)


def check_disjoint(windows: Iterable[Window]) -> None:
    """Raise when two windows of one date overlap: one of them is a typing error."""
    ordered = sorted(windows)
    for (_, end), (start, _) in pairwise(ordered):
        if start < end:
            raise CalendarError("two windows of one day overlap")


def show_time(seconds: int) -> str:
    seconds = seconds if seconds <= DAY else seconds - DAY
    text = f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def show_windows(windows: Iterable[Window]) -> str:
    return " ".join(f"{show_time(start)}-{show_time(end)}" for start, end in windows)
