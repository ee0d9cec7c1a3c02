from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.engine.calendars import C247, Calendar, Hours
from sla.engine.hours import read_hours
from sla.engine.faults import CalendarError
from sla.engine.week import parse_week, show_windows
from sla.engine.zones import wall_to_utc

ZONES = [
    "Europe/Berlin",
    "Europe/Moscow",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
]
MINUTE = timedelta(minutes=1)


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def calendar(**spec) -> Calendar:
    return Calendar("T", (None, read_hours(spec, {})))


# -- a slow oracle: walk minute by minute and ask of each whether the wall clock lies in a window ------------------


def is_open(hours: Hours, at: datetime) -> bool:
    """By wall time alone; windows of whole minutes, none past midnight."""
    wall = at.astimezone(ZoneInfo(hours.tz))
    second = wall.hour * 3600 + wall.minute * 60
    return any(start <= second < end for start, end in hours.windows(wall.date()))


def walk(hours: Hours, start: datetime, end: datetime) -> timedelta:
    total, at = timedelta(0), start
    while at < end:
        step = min(end, at.replace(second=0, microsecond=0) + MINUTE) - at
        total += step if is_open(hours, at) else timedelta(0)
        at += step
    return total


windows = st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True).map(
    lambda quarters: tuple(
        (a * 900, b * 900) for a, b in zip(sorted(quarters)[::2], sorted(quarters)[1::2], strict=False)
    )
)
days = st.dates(date(2026, 3, 1), date(2026, 11, 30))
hours_strategy = st.builds(
    Hours,
    tz=st.sampled_from(ZONES),
    week=st.tuples(*[st.one_of(st.just(()), windows)] * 7),
    holidays=st.frozensets(days, max_size=3),
    exceptions=st.dictionaries(days, windows, max_size=3),
)
instants = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 20)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)


def has_clean_windows(hours: Hours, start: datetime, end: datetime) -> bool:
    """The oracle reads wall time; where a window begins or ends inside a transition the rules say more than it."""
    zone = ZoneInfo(hours.tz)
    day, last = (
        start.astimezone(zone).date() - timedelta(days=1),
        end.astimezone(zone).date() + timedelta(days=1),
    )
    while day <= last:
        first, noon = (
            datetime(day.year, day.month, day.day, tzinfo=zone),
            datetime(day.year, day.month, day.day, 12, tzinfo=zone),
        )
        after = first + timedelta(days=1)
        if len({first.utcoffset(), noon.utcoffset(), after.utcoffset()}) > 1:
            return False
        day += timedelta(days=1)
    return True


@given(hours_strategy, instants, st.integers(0, 4 * 24 * 60 * 60))
@settings(max_examples=60, deadline=None)
def test_elapsed_agrees_with_a_minute_walk(hours, start, seconds):
    end = start + timedelta(seconds=seconds)
    if has_clean_windows(hours, start, end):
        assert Calendar("T", (None, hours)).elapsed(start, end) == walk(hours, start, end)


@given(hours_strategy, instants, st.timedeltas(timedelta(microseconds=1), timedelta(days=9)))
@settings(max_examples=150, deadline=None)
def test_elapsed_inverts_add_and_the_deadline_is_the_earliest_such_instant(hours, start, amount):
    weekly = sum(end - begin for windows in hours.week for begin, end in windows)
    if not weekly:
        return
    amount = min(amount, timedelta(seconds=weekly * 50))
    subject = Calendar("T", (None, hours))
    due = subject.add(start, amount)
    assert subject.elapsed(start, due) == amount
    assert subject.elapsed(start, due - timedelta(microseconds=1)) < amount


@given(hours_strategy, st.lists(instants, min_size=3, max_size=3))
@settings(max_examples=150, deadline=None)
def test_elapsed_never_decreases_and_adds_up(hours, moments):
    a, b, c = sorted(moments)
    subject = Calendar("T", (None, hours))
    assert subject.elapsed(a, b) <= subject.elapsed(a, c)
    assert subject.elapsed(a, b) + subject.elapsed(b, c) == subject.elapsed(a, c)


@given(instants, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_round_the_clock_calendar_is_plain_subtraction(start, amount):
    assert C247.add(start, amount) == start + amount
    assert C247.elapsed(start, start + amount) == amount


def test_published_version_counts_from_its_publication_only():
    old = calendar(tz="UTC", week="daily 00:00-24:00")
    subject = old.published(
        datetime(2026, 5, 2, tzinfo=UTC), read_hours({"tz": "UTC", "week": "daily 00:00-12:00"}, {})
    )
    assert subject.elapsed(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 3, tzinfo=UTC)) == timedelta(
        hours=36
    )


def test_window_that_starts_in_the_gap_opens_at_the_transition():
    subject = calendar(tz="Europe/Berlin", week="Sun 02:30-04:00")
    day = datetime(2026, 3, 29, tzinfo=UTC)
    assert subject.elapsed(day, day + timedelta(days=1)) == timedelta(hours=1)
    assert wall_to_utc(date(2026, 3, 29), 9000, ZoneInfo("Europe/Berlin"), is_end=False) == day.replace(
        hour=1
    )


def test_window_over_the_repeated_hour_takes_both_passes():
    subject = calendar(tz="Europe/Berlin", week="Sun 02:00-03:00")
    day = datetime(2026, 10, 25, tzinfo=UTC)
    assert subject.elapsed(day - timedelta(hours=3), day + timedelta(days=1)) == timedelta(hours=2)


def test_half_hour_transition_of_lord_howe_is_found_exactly():
    # 2026-10-04 02:00 → 02:30
    subject = calendar(tz="Australia/Lord_Howe", week="Sun 02:10-03:00")
    day = local("2026-10-04T00:00", "Australia/Lord_Howe")
    assert subject.elapsed(day, day + timedelta(days=1)) == timedelta(minutes=30)


def test_overnight_window_belongs_to_the_day_it_starts():
    subject = calendar(tz="UTC", week="Fri 22:00-06:00", holidays=["2026-11-28"])
    friday = datetime(2026, 11, 27, tzinfo=UTC)
    assert subject.elapsed(friday, friday + timedelta(days=2)) == timedelta(hours=8)


def test_exception_opens_a_weekend_and_closes_a_weekday_and_beats_a_holiday():
    subject = calendar(
        tz="UTC", week="Mon-Fri 09:00-18:00", holidays=["2026-11-28"],
        exceptions={"2026-11-28": ["10:00-12:00"], "2026-11-27": []},
    )  # fmt: skip
    thursday = datetime(2026, 11, 26, 18, tzinfo=UTC)
    assert subject.add(thursday, timedelta(hours=1)) == datetime(2026, 11, 28, 11, tzinfo=UTC)


def test_week_reads_groups_ranges_and_seconds():
    week = parse_week("Mon-Wed, Fri 09:00-13:00 14:00-18:00; Sat 10:00-24:00")
    assert [show_windows(windows) for windows in week] == [
        *["09:00-13:00 14:00-18:00"] * 3, "", "09:00-13:00 14:00-18:00", "10:00-24:00", "",
    ]  # fmt: skip
    assert parse_week("Sat-Mon 09:00:30-18:00")[6] == ((9 * 3600 + 30, 18 * 3600),)


@pytest.mark.parametrize(
    "week",
    [
        "",
        "Mon",
        "Mon 25:00-26:00",
        "Foo 09:00-18:00",
        "Mon 09:00-09:00",
        "Mon 09-18",
        "Mon 09:00-18:00 17:00-19:00",
    ],
)
def test_week_that_makes_no_sense_is_refused(week):
    with pytest.raises(CalendarError):
        read_hours({"tz": "UTC", "week": week}, {})


def test_unknown_zone_is_refused():
    with pytest.raises(CalendarError):
        read_hours({"tz": "Europe/Atlantis", "week": "daily 00:00-24:00"}, {})


def test_calendar_that_never_opens_says_so_instead_of_looping():
    closed = Calendar("T", (None, Hours()))
    with pytest.raises(CalendarError):
        closed.add(datetime(2026, 1, 1, tzinfo=UTC), timedelta(seconds=1))


def test_long_amounts_reach_past_the_first_horizon():
    subject = calendar(tz="Europe/Moscow", week="Mon 09:00-10:00")
    due = subject.add(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=104))
    assert due == local("2027-12-27T10:00", "Europe/Moscow")
