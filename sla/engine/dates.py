"""Dates and periods as people write them: `2026-12-31`, `2026-12-28/2026-12-30` (ISO 8601, both ends included)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from sla.engine.faults import CalendarError

DATE = re.compile(r"\d{4}-\d\d-\d\d")
LONGEST = 366


def parse_date(text: Any) -> date:
    if isinstance(text, date):
        return text
    if not isinstance(text, str) or not DATE.fullmatch(text.strip()):
        raise CalendarError("date", text=text)
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CalendarError("no_date", text=text.strip()) from None


def parse_period(text: Any) -> list[date]:
    """The dates of a date or a period."""
    if not isinstance(text, str) or "/" not in text:
        return [parse_date(text)]
    first, last = (parse_date(part) for part in text.split("/", 1))
    if last < first:
        raise CalendarError("range", text=text)
    if (last - first).days >= LONGEST:
        raise CalendarError("long", text=text)
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def show_periods(days: Iterable[date]) -> Iterator[str]:
    """The shortest way to write dates; neighbours become a period."""
    start: date | None = None
    end: date | None = None
    for day in sorted(days):
        if start is not None and end is not None and day > end + timedelta(days=1):
            yield _show(start, end)
            start = None
        start, end = start or day, day
    if start is not None and end is not None:
        yield _show(start, end)


def _show(start: date, end: date) -> str:
    return start.isoformat() if start == end else f"{start.isoformat()}/{end.isoformat()}"
