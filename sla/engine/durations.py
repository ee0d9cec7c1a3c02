"""Amounts of working time as people write them: `90 s`, `15 min`, `4 h`, `1 wd` (nine hours, §2.1), `1:30:00`."""

from __future__ import annotations

import re
from decimal import Decimal

MINUTE, HOUR = 60, 3600
WORKING_DAY = 9 * HOUR
LONGEST = 366 * 24 * HOUR
UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds", "с", "сек", "секунд"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes", "м", "мин", "минут"), MINUTE),
    **dict.fromkeys(("h", "hour", "hours", "ч", "час", "часа", "часов"), HOUR),
    **dict.fromkeys(("wd", "рд"), WORKING_DAY),
}
CLOCK = re.compile(r"(\d{1,5}):([0-5]\d):([0-5]\d)")
PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-zа-яё]*)\.?\s*")


class AmountError(ValueError):
    """An amount that cannot be read; `code` says why: unit, unknown, two_ways, fraction, nothing, long."""

    def __init__(self, code: str, text: str) -> None:
        self.code, self.text = code, text
        super().__init__(f"{code}: {text}")


def read_amount(text: str) -> int:
    """Whole seconds, at least one and at most a year. Raises `AmountError`."""
    text = " ".join(text.lower().split())
    seconds = _clock(text) if ":" in text else _parts(text)
    if seconds != int(seconds):
        raise AmountError("fraction", text)
    if seconds <= 0:
        raise AmountError("nothing", text)
    if seconds > LONGEST:
        raise AmountError("long", text)
    return int(seconds)


def _clock(text: str) -> Decimal:
    found = CLOCK.fullmatch(text)
    if not found:
        # `1:30` is an hour and a half to one reader and ninety seconds to the next.
        raise AmountError("two_ways" if re.fullmatch(r"\d+:\d\d", text) else "unknown", text)
    hours, minutes, seconds = map(int, found.groups())
    return Decimal(hours * HOUR + minutes * MINUTE + seconds)


def _parts(text: str) -> Decimal:
    total, at = Decimal(0), 0
    while at < len(text):
        part = PART.match(text, at)
        if not part:
            raise AmountError("unknown", text)
        number, unit = part.groups()
        if not unit:
            raise AmountError("unit", text)
        if unit not in UNITS:
            raise AmountError("unknown", text)
        total += Decimal(number.replace(",", ".")) * UNITS[unit]
        at = part.end()
    return total


def show_amount(seconds: int, units: tuple[str, str, str] = ("s", "min", "h")) -> str:
    """The one spelling of an amount: `90 s`, `15 min`, `1 h 30 min`. `units` are second, minute, hour."""
    second, minute, hour = units
    if seconds < 2 * MINUTE and seconds % MINUTE:
        return f"{seconds} {second}"
    parts = (
        (seconds // HOUR, hour),
        (seconds % HOUR // MINUTE, minute),
        (seconds % MINUTE, second),
    )
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)
