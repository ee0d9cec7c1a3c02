"""What the library says of days off, and the calendar that the desk begins with."""

from datetime import date

import pytest
from django.utils import translation

from sla.engine.defaults import RU_HOLIDAYS, RU_SHORT_DAYS
from sla.queries.days_off import countries, days_off, nearby, subdivisions


def seeded(year: int) -> set[date]:
    return {day for day in map(date.fromisoformat, RU_HOLIDAYS) if day.year == year}


@pytest.mark.parametrize("year", [2026, 2027])
def test_seeded_russian_holidays_are_the_library_s(year):
    found = set(days_off("RU", "", [year]).names)
    assert seeded(year) <= found
    # Beyond ours the library names only holidays on weekends, when the calendar is closed anyway.
    assert {day.weekday() for day in found - seeded(year)} <= {5, 6}


def test_seeded_short_days_of_2026_are_those_of_the_law():
    assert [day.isoformat() for day in days_off("RU", "", [2026]).short] == [
        day for day in RU_SHORT_DAYS if day.startswith("2026")
    ]


def test_working_saturday_that_a_decree_moved_is_worked_and_as_short_as_the_day_it_was_swapped_for():
    found = days_off("RU", "", [2025, 2027])
    assert found.working == [date(2025, 11, 1), date(2027, 2, 20)]
    assert set(found.working) <= set(found.short)
    assert date(2027, 2, 22) in found.names


def test_day_before_a_moved_day_off_is_not_short():
    # 30 December 2026: the 31st is a day off taken from January, no holiday.
    assert date(2026, 12, 30) not in days_off("RU", "", [2026]).short


def test_region_has_its_own_days():
    assert date(2026, 1, 6) in days_off("DE", "BY", [2026]).names
    assert date(2026, 1, 6) not in days_off("DE", "BE", [2026]).names
    assert "BY" in subdivisions("DE")


@pytest.mark.parametrize(("country", "region"), [("", ""), ("XX", ""), ("DE", "XX"), ("RU", "BY")])
def test_unknown_choice_gives_nothing(country, region):
    assert days_off(country, region, [2026]).names == {}


def test_names_are_in_the_language_of_the_reader_as_far_as_the_library_has_it():
    with translation.override("ru"):
        assert days_off("RU", "", [2026]).names[date(2026, 6, 12)] == "День России"
    with translation.override("en"):
        assert days_off("RU", "", [2026]).names[date(2026, 6, 12)] == "Russia Day"


def test_every_country_that_is_offered_can_be_read():
    for code, _name in [*nearby(), *countries()]:
        days_off(code, "", [2026])
