"""Hours as people type them: what is understood, and what is refused with the reason and the place."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from sla.engine.calendars import Calendar
from sla.engine.faults import MESSAGES, CalendarError
from sla.engine.hours import read_hours, shortened
from sla.engine.week import parse_week, show_week
from sla.models.calendar import in_words

WEEK = {"week": "Mon-Fri 09:00-18:00"}


def refusal(**spec: object) -> CalendarError:
    with pytest.raises(CalendarError) as refused:
        read_hours({**WEEK, **spec}, {})
    return refused.value


def test_exception_may_be_a_period_with_both_ends():
    hours = read_hours({**WEEK, "exceptions": {"2026-12-28/2026-12-30": ["09:00-15:00"]}}, {})
    assert sorted(hours.exceptions) == [date(2026, 12, 28), date(2026, 12, 29), date(2026, 12, 30)]
    assert set(hours.exceptions.values()) == {((9 * 3600, 15 * 3600),)}


def test_holidays_may_be_periods_too():
    hours = read_hours({**WEEK, "holidays": ["2026-12-31/2027-01-02", "2027-01-02"]}, {})
    assert len(hours.holidays) == 3


@pytest.mark.parametrize("closed", [[], None, "", "closed", "закрыто"])
def test_exception_closes_its_date(closed):
    assert read_hours({**WEEK, "exceptions": {"2026-12-28": closed}}, {}).windows(date(2026, 12, 28)) == ()


def test_exception_wins_over_a_holiday_and_a_holiday_over_the_week():
    spec = {**WEEK, "holidays": ["2026-11-24", "2026-11-25"], "exceptions": {"2026-11-25": ["10:00-11:00"]}}
    hours = read_hours(spec, {})
    assert hours.windows(date(2026, 11, 23)) == ((9 * 3600, 18 * 3600),)
    assert hours.windows(date(2026, 11, 24)) == ()
    assert hours.windows(date(2026, 11, 25)) == ((10 * 3600, 11 * 3600),)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Пн-Пт 9:00–18:00, Сб 10:00-14:00", "Mon-Fri 09:00-18:00, Sat 10:00-14:00"),
        ("ежедневно 00:00-06:00", "daily 00:00-06:00"),
        ("Monday — Friday 09:00 - 18:00", "Mon-Fri 09:00-18:00"),
        ("понедельник 09:00-13:00 14:00-18:00; tues 10:00-12:00", "Mon 09:00-13:00 14:00-18:00, Tue 10:00-12:00"),
        ("Fri-Mon 22:00-06:00", "Mon 22:00-06:00, Fri-Sun 22:00-06:00"),
    ],
)  # fmt: skip
def test_week_is_understood_in_both_languages_and_shown_in_one(text, same):
    assert parse_week(text) == parse_week(same)
    assert show_week(parse_week(text)) == same
    assert parse_week(show_week(parse_week(text))) == parse_week(text)


def test_week_may_be_given_by_day():
    by_day = {"mon": "09:00-13:00 14:00-18:00", "sat": "closed", "sun": ""}
    assert read_hours({"week": by_day}, {}).week[0] == ((32400, 46800), (50400, 64800))


@pytest.mark.parametrize(
    ("spec", "field", "code"),
    [
        ({"week": "Mon 09:00-18:00 17:00-19:00"}, "week", "overlap"),
        ({"week": "Mon 22:00-06:00 Tue 05:00-09:00"}, "week", "overnight"),
        ({"week": "Sun 22:00-06:00 Mon 05:00-09:00"}, "week", "overnight"),
        ({"week": "daily 05:00-09:00 22:00-06:00"}, "week", "overnight"),
        ({"week": ""}, "week", "never"),
        ({"week": {"mon": ""}}, "week", "never"),
        ({"week": "Mon"}, "week", "no_window"),
        ({"week": "Mon 09:00-09:00"}, "week", "empty"),
        ({"week": "Mon 24:00-09:00"}, "week", "start"),
        ({"week": "Mon 09:60-18:00"}, "week", "time"),
        ({"week": "Mon 09:00-24:01"}, "week", "time"),
        ({"week": "Mon 09-18"}, "week", "words"),
        ({"week": "Foo 09:00-18:00"}, "week", "day"),
        ({"week": "Monkey 09:00-18:00"}, "week", "day"),
        ({"week": {"mon": "09:00-18:00", "wed": "nine"}}, "week.wed", "words"),
        ({"week": 5}, "week", "week"),
        ({"tz": "Europe/Atlantis"}, "tz", "zone"),
        ({"tz": ""}, "tz", "zone"),
        ({"tz": "../../etc/passwd"}, "tz", "zone"),
        ({"tz": 3}, "tz", "zone"),
        ({"holidays": ["2026-02-30"]}, "holidays", "no_date"),
        ({"holidays": ["04.11.2026"]}, "holidays", "date"),
        ({"holidays": "2026-11-04"}, "holidays", "list"),
        ({"holidays": ["2027-01-08/2026-12-31"]}, "holidays", "range"),
        ({"holidays": ["2026-01-01/2027-12-31"]}, "holidays", "long"),
        ({"exceptions": {"2026-11-31": []}}, "exceptions", "no_date"),
        ({"exceptions": {"2026-12-28/2026-12-30": [], "2026-12-29": ["09:00-10:00"]}}, "exceptions", "twice"),
        ({"exceptions": [("2026-12-28", "09:00-10:00"), ("2026-12-28", "")]}, "exceptions", "twice"),
        ({"exceptions": {"2026-12-28": ["09:00-12:00", "11:00-13:00"]}}, "exceptions", "overlap"),
        ({"exceptions": {"2026-12-28": ["22:00-06:00"], "2026-12-29": ["05:00-09:00"]}}, "exceptions", "overnight"),
        ({"exceptions": {"2026-12-28": "nine"}}, "exceptions", "words"),
        ({"exceptions": {"2026-12-28": {}}}, "exceptions", "windows"),
        ({"exceptions": ["2026-12-28"]}, "exceptions", "object"),
        ({"exceptions": "2026-12-28"}, "exceptions", "object"),
    ],
)  # fmt: skip
def test_hours_that_make_no_sense_are_refused_with_the_place(spec, field, code):
    refused = refusal(**spec)
    assert (refused.field, refused.code) == (field, code)


def test_windows_that_only_touch_are_fine():
    read_hours({"week": "Mon 18:00-24:00, Tue 00:00-06:00 06:00-07:00, Wed 22:00-06:00, Thu 06:00-09:00"}, {})


def test_exception_may_begin_within_the_night_before_it():
    """Thursday's night ends at six; Friday is open all day: together from Thursday 22:00 to Friday 24:00."""
    spec = {"tz": "UTC", "week": "Mon-Thu 22:00-06:00", "exceptions": {"2026-12-04": ["00:00-24:00"]}}
    subject = Calendar("T", (None, read_hours(spec, {})))
    noon = datetime(2026, 12, 3, 12, tzinfo=UTC)
    assert subject.elapsed(noon, noon + timedelta(days=2)) == timedelta(hours=26)


def test_what_was_published_stays_readable_whatever_is_refused_later():
    spec = {"week": "Mon 22:00-06:00 Tue 05:00-09:00"}
    assert read_hours(spec, {}, strict=False).week[1] == ((5 * 3600, 9 * 3600),)


def test_place_of_an_overlap_is_a_weekday_or_a_date():
    assert "Tuesday" in str(refusal(week="Tue 09:00-18:00 17:00-19:00"))
    assert "2026-12-29" in str(refusal(exceptions={"2026-12-28/2026-12-29": [], "2026-12-29": []}))


def test_every_sentence_can_be_filled_in_by_its_own_facts_in_both_languages():
    """A translation with a mistyped fact would fail only when somebody makes that very mistake."""
    facts = dict.fromkeys(("text", "first", "second", "at", "known"), "x") | {
        "day": 0,
        "next": date(2026, 1, 1),
    }
    for language in ("en", "ru"):
        with translation.override(language):
            for code in MESSAGES:
                assert in_words(CalendarError(code, **facts))


def test_shortened_day_ends_an_hour_earlier():
    assert shortened(((9 * 3600, 13 * 3600), (14 * 3600, 18 * 3600))) == ((32400, 46800), (50400, 61200))
    assert shortened(((9 * 3600, 10 * 3600),)) == ()
