"""Reading and writing opening hours: `Mon-Fri 09:00-18:00`, `daily 00:00-06:00`, `Пн-Пт 9:00–18:00, Сб 10:00-14:00`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from sla.engine.faults import CalendarError

Window = tuple[int, int]
"""Seconds of local wall time from midnight: start, end. End may exceed 86400 when the window runs past midnight."""

Week = tuple[tuple[Window, ...], ...]
"""Seven days, Monday first."""

DAY = 86_400
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT_RU = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
FULL_RU = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
EVERY_DAY = {"daily", "everyday", "ежедневно"}
CLOSED = {"closed", "off", "закрыто", "выходной"}
DASH = r"\s*[-–—]\s*"
TIME = r"\d{1,2}:\d\d(?::\d\d)?"
WINDOW = re.compile(f"({TIME}){DASH}({TIME})")
TOKEN = re.compile(f"(?P<times>{TIME}{DASH}{TIME})|(?P<days>[^\\W\\d_]+(?:{DASH}[^\\W\\d_]+)?)")


def parse_time(text: str) -> int:
    text = text.strip()
    if not re.fullmatch(TIME, text):
        raise CalendarError("time", text=text)
    hour, minute, second = (int(part) for part in f"{text}:0".split(":")[:3])
    seconds = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or seconds > DAY:
        raise CalendarError("time", text=text)
    return seconds


def parse_window(start: str, end: str) -> Window:
    """One window; an end at or before its start means the next day."""
    opens, closes = parse_time(start), parse_time(end)
    if opens >= DAY:
        raise CalendarError("start", text=start.strip())
    if opens == closes:
        raise CalendarError("empty", text=f"{start.strip()}-{end.strip()}")
    return (opens, closes if closes > opens else closes + DAY)


def parse_windows(text: str) -> tuple[Window, ...]:
    """`09:00-13:00 14:00-18:00`, free commas."""
    leftovers = WINDOW.sub("", text).strip(" \t\n,;")
    if leftovers:
        raise CalendarError("words", text=leftovers)
    return tuple(sorted(parse_window(start, end) for start, end in WINDOW.findall(text)))


def parse_hours(text: str) -> tuple[Window, ...]:
    """The windows of one day; nothing and «closed» are none."""
    return () if text.strip().lower() in CLOSED else parse_windows(text)


def parse_days(text: str) -> list[int]:
    name = re.sub(r"[–—]", "-", re.sub(r"\s", "", text)).lower()
    if name in EVERY_DAY:
        return list(range(7))
    first, _, last = name.partition("-")
    start, end = _day(first), _day(last or first)
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def _day(name: str) -> int:
    """A weekday by its short or full name, or by three letters of it and more."""
    for day, names in enumerate(zip(SHORT_RU, FULL, FULL_RU, strict=True)):
        if name == names[0] or (len(name) > 2 and any(full.startswith(name) for full in names[1:])):
            return day
    raise CalendarError("day", text=name)


def parse_week(text: str) -> Week:
    """Groups of days followed by their windows; commas and semicolons are free."""
    leftovers = " ".join(re.sub(r"[,;]", " ", TOKEN.sub(" ", text)).split())
    if leftovers:
        raise CalendarError("words", text=leftovers)
    week: list[list[Window]] = [[] for _ in DAYS]
    days: list[int] = []
    pending = ""
    for token in TOKEN.finditer(text):
        if token["days"]:
            days = [*(days if pending else []), *parse_days(token["days"])]
            pending = token["days"]
            continue
        pending = ""
        for day in days or range(7):
            week[day] += parse_windows(token["times"])
    if pending:
        raise CalendarError("no_window", text=pending)
    return tuple(tuple(sorted(windows)) for windows in week)


def find_overlap(windows: Iterable[Window]) -> tuple[Window, Window] | None:
    """Two windows of one date that overlap: one of them is a typing error."""
    for first, second in pairwise(sorted(windows)):
        if second[0] < first[1]:
            return first, second
    return None


def runs_into(evening: Iterable[Window], morning: Iterable[Window]) -> tuple[Window, Window] | None:
    """A window past midnight and a window of the next date that overlap."""
    for late in evening:
        for early in morning:
            if early[0] < late[1] - DAY:
                return late, early
    return None


def show_time(seconds: int) -> str:
    seconds = seconds if seconds <= DAY else seconds - DAY
    text = f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def show_windows(windows: Iterable[Window]) -> str:
    return " ".join(f"{show_time(start)}-{show_time(end)}" for start, end in windows)


def day_groups(week: Week) -> Iterator[tuple[int, int, tuple[Window, ...]]]:
    """Neighbouring days with the same hours: first, last, windows. Closed days are left out."""
    day = 0
    while day < len(week):
        first, windows = day, week[day]
        while day < len(week) and week[day] == windows:
            day += 1
        if windows:
            yield first, day - 1, windows


def show_week(week: Week) -> str:
    """The week in one line as `parse_week` reads it."""
    names = [day.capitalize() for day in DAYS]
    parts = []
    for first, last, windows in day_groups(week):
        span = names[first] if first == last else f"{names[first]}-{names[last]}"
        parts.append(f"{'daily' if (first, last) == (0, 6) else span} {show_windows(windows)}")
    return ", ".join(parts)
