"""Days off of a country as the library `holidays` knows them: proposals that a person reads before they are published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import holidays
from django.utils.translation import get_language, gettext

SHORTER_BEFORE_HOLIDAYS = frozenset({"RU"})
"""Countries where the working day before a holiday is an hour shorter (Labour Code of Russia, article 95)."""

ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DaysOff:
    """`names` says of each day off what it is; `working` are days of the weekend that are worked, `short` days that
    end an hour earlier. A short day may be a working one as well."""

    names: dict[date, str] = field(default_factory=dict)
    working: list[date] = field(default_factory=list)
    short: list[date] = field(default_factory=list)


def nearby() -> list[tuple[str, str]]:
    """The countries whose customers we have most, in the reader's language."""
    return [
        ("RU", gettext("Russia")),
        ("BY", gettext("Belarus")),
        ("KZ", gettext("Kazakhstan")),
        ("AM", gettext("Armenia")),
        ("UZ", gettext("Uzbekistan")),
        ("DE", gettext("Germany")),
    ]


def countries() -> list[tuple[str, str]]:
    """All the others: code and English name, by name."""
    near = {code for code, _name in nearby()}
    names = {entry[1]: _spaced(entry[0]) for entry in holidays.registry.COUNTRIES.values()}
    return sorted(
        ((code, name) for code, name in names.items() if code not in near), key=lambda pair: pair[1]
    )


def _spaced(name: str) -> str:
    return "".join(
        f" {letter}" if letter.isupper() and index else letter for index, letter in enumerate(name)
    )


def subdivisions(country: str) -> list[str]:
    return list(holidays.list_supported_countries(include_aliases=False).get(country, []))


def days_off(country: str, subdivision: str, years: Iterable[int]) -> DaysOff:
    """What a country keeps free, and what its decrees move. Unknown codes give nothing.

    Days of the weekend are among them: they close a calendar that would be open then.
    """
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known or (subdivision and subdivision not in known[country]):
        return DaysOff()
    wanted = set(years)
    found: Any = holidays.country_holidays(
        country, subdiv=subdivision or None, years=sorted({*wanted, *(year + 1 for year in wanted)}),
        language=_language(country),
    )  # fmt: skip
    names = {day: found[day] for day in sorted(found) if day.year in wanted}
    working = sorted(day for day in found.weekend_workdays if day.year in wanted)
    short = _short(found, wanted, working) if country in SHORTER_BEFORE_HOLIDAYS else []
    return DaysOff(names, working, short)


def _language(country: str) -> str | None:
    """The reader's language if the library has it for the country, else the country's own."""
    known = holidays.list_localized_countries().get(country, ())
    wanted = (get_language() or "en")[:2]
    return next((language for language in known if language.startswith(wanted)), None)


def _short(found: Any, years: set[int], working: list[date]) -> list[date]:
    """Working days right before a holiday; a worked Saturday is as long as the day it was swapped for."""
    moved = _moved(found, years)
    eves = {
        day - ONE
        for day in found
        if day not in moved and (day - ONE).year in years and day - ONE not in found
    }
    plain = {day for day in eves if day.weekday() not in found.weekend}
    swapped = {source for day, source in moved.items() if source in working and _is_eve(day, found, moved)}
    return sorted(plain | swapped)


def _is_eve(day: date, found: Any, moved: dict[date, date]) -> bool:
    return day + ONE in found and day + ONE not in moved


def _moved(found: Any, years: set[int]) -> dict[date, date]:
    """Days off that a decree took from elsewhere: the day and where it came from. They are no holidays themselves."""
    pairs: dict[date, date] = {}
    for year in years | {year + 1 for year in years}:
        rows = found.special_public_holidays.get(year, ())
        for row in rows if rows and isinstance(rows[0], tuple) else [rows]:
            if len(row) == 4 and all(isinstance(part, int) for part in row):
                pairs[date(year, row[0], row[1])] = date(year, row[2], row[3])
    return pairs
