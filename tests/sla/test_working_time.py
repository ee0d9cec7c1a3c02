from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.engine.calendars import C247, Calendar, Hours
from sla.engine.clock import Clock
from sla.engine.faults import CalendarError
from sla.engine.hours import read_hours
from sla.engine.terms import Kind
from sla.engine.week import parse_week, show_windows
from sla.engine.zones import wall_to_utc

ZONES = [
    "Europe/Berlin",
    "Europe/Moscow",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "Asia/Vladivostok",
    "America/Sao_Paulo",
    "Pacific/Apia",
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


# -- the whole path against the oracle: versions, pauses, borders ---------------------------------------------------

changes = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 20)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)


def walk_versions(versions: list[tuple[datetime | None, Hours]], start: datetime, end: datetime) -> timedelta:
    """The minute walk, each stretch by the version in force."""
    total, at = timedelta(0), start
    for index, (_since, hours) in enumerate(versions):
        until = versions[index + 1][0] if index + 1 < len(versions) else None
        stop = end if until is None else min(end, max(until, at))
        total += walk(hours, at, stop)
        at = max(at, stop)
    return total


@given(hours_strategy, hours_strategy, changes, instants, st.integers(0, 3 * 24 * 60 * 60))
@settings(max_examples=60, deadline=None)
def test_elapsed_over_a_published_change_agrees_with_a_minute_walk(old, new, change, start, seconds):
    end = start + timedelta(seconds=seconds)
    if not (has_clean_windows(old, start, end) and has_clean_windows(new, start, end)):
        return
    subject = Calendar("T", (None, old)).published(change, new)
    assert subject.elapsed(start, end) == walk_versions([(None, old), (change, new)], start, end)


@given(
    hours_strategy,
    instants,
    st.lists(st.integers(0, 3 * 24 * 60 * 60), min_size=2, max_size=8),
    st.timedeltas(timedelta(microseconds=1), timedelta(hours=20)),
)
@settings(max_examples=80, deadline=None)
def test_clock_with_pauses_agrees_with_the_walk_over_its_run_intervals(hours, start, offsets, target):
    """Used time is the sum over the runs; due is the earliest instant with that much used; kept up to that amount."""
    marks = [start + timedelta(seconds=offset) for offset in sorted(offsets)]
    if not any(hours.week) or not has_clean_windows(hours, start, marks[-1]):
        return
    clock = Clock(Kind.RES, 1, 0, target, Calendar("T", (None, hours)), 0, start)
    clock.start(start)
    runs, begun = [], start
    for begin, end in zip(marks[::2], marks[1::2], strict=False):
        clock.advance(begin)
        clock.pause(begin)
        runs.append((begun, begin))
        clock.start(end)
        begun = end
    stop = max(marks[-1], begun)
    clock.advance(stop)
    due = clock.instant(target)
    clock.stop(stop)
    runs.append((begun, stop))
    used = sum((walk(hours, a, b) for a, b in runs), timedelta(0))
    assert clock.used == used
    assert clock.verdict == ("met" if used <= target else "missed")
    assert clock.breached_at is None or clock.breached_at == due
    if due is not None and due <= stop:
        assert sum((walk(hours, a, min(b, due)) for a, b in runs if a < due), timedelta(0)) == target


@given(hours_strategy, instants, st.timedeltas(timedelta(0), timedelta(days=9)))
@settings(max_examples=150, deadline=None)
def test_amount_lasts_until_more_of_it_passes(hours, start, amount):
    """`add` is the left end of the stretch with that much elapsed, `outlast` the right end."""
    weekly = hours.weekly()
    if not weekly:
        return
    subject = Calendar("T", (None, hours))
    amount = min(amount, weekly * 50)
    first, last = subject.add(start, amount), subject.outlast(start, amount)
    assert start <= first <= last
    assert subject.elapsed(start, last) == amount
    assert subject.elapsed(start, last + timedelta(microseconds=1)) > amount


def test_elapsed_at_the_borders_of_a_window_is_exact_to_the_microsecond():
    subject = calendar(tz="UTC", week="Mon-Fri 09:00-18:00")
    opens, closes = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 18, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    assert subject.elapsed(opens - tick, opens) == timedelta(0)
    assert subject.elapsed(opens - tick, opens + tick) == tick
    assert subject.elapsed(closes - tick, closes + tick) == tick
    assert subject.add(closes - tick, tick) == closes
    assert subject.add(closes - tick, 2 * tick) == opens + timedelta(days=1) + tick
    assert subject.add(closes, timedelta(0)) == closes
    assert subject.outlast(opens, timedelta(hours=9)) == opens + timedelta(days=1)


def test_start_before_the_first_version_counts_by_it():
    subject = calendar(tz="UTC", week="daily 09:00-18:00")
    assert subject.elapsed(datetime(1999, 1, 1, tzinfo=UTC), datetime(1999, 1, 2, tzinfo=UTC)) == timedelta(
        hours=9
    )


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Sao_Paulo", "2018-11-04", 23), ("America/Sao_Paulo", "2019-11-03", 24),
        ("Europe/Moscow", "2011-03-27", 23), ("Europe/Moscow", "2014-10-26", 25), ("Europe/Moscow", "2026-10-25", 24),
        ("Pacific/Apia", "2011-12-30", 0), ("Africa/Casablanca", "2026-02-15", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5), ("Asia/Vladivostok", "2016-05-01", 24),
    ],
)  # fmt: skip
def test_length_of_a_day_follows_the_rules_of_its_year(zone, day, hours):
    subject = calendar(tz=zone, week="daily 00:00-24:00", holidays=[])
    one = calendar(tz=zone, week="daily 00:00-24:00", exceptions={
        (date.fromisoformat(day) + timedelta(days=step)).isoformat(): [] for step in (-3, -2, -1, 1, 2, 3)
    })  # fmt: skip
    noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    around = (noon - timedelta(days=2), noon + timedelta(days=2))
    assert one.elapsed(*around) == timedelta(hours=hours)
    assert subject.elapsed(*around) == timedelta(days=4)


@pytest.mark.parametrize("year", [1, 1000, 9999])
def test_instant_out_of_all_reason_is_refused_instead_of_filling_the_memory(year):
    subject = calendar(tz="Europe/Moscow", week="Mon-Fri 09:00-18:00")
    there, now = datetime(year, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(CalendarError):
        subject.elapsed(*sorted((there, now)))
    subject.add(now, timedelta(hours=1))


def test_amounts_of_decades_are_reached():
    subject = calendar(tz="Europe/Moscow", week="Mon 09:00-10:00")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    due = subject.add(start, timedelta(hours=1000))
    assert subject.elapsed(start, due) == timedelta(hours=1000)


def test_look_ups_take_no_longer_when_the_calendar_is_long():
    """Two binary searches: sixteen times the years must not cost three times the time."""
    subject = calendar(tz="Europe/Moscow", week="Mon-Fri 09:00-18:00")
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def look() -> float:
        subject.add(start, timedelta(hours=4))
        begun = perf_counter()
        for _ in range(3000):
            subject.add(start, timedelta(hours=4))
        return perf_counter() - begun

    short = min(look() for _ in range(5))
    subject.elapsed(start, start + timedelta(days=366 * 40))
    assert min(look() for _ in range(5)) < 3 * short


def test_threads_that_widen_the_table_at_once_all_get_the_right_answer():
    subject = calendar(tz="Europe/Moscow", week="Mon-Fri 09:00-18:00")
    starts = [datetime(year, 6, 1, tzinfo=UTC) for year in range(1990, 2030)]
    expected = [
        calendar(tz="Europe/Moscow", week="Mon-Fri 09:00-18:00").add(at, timedelta(hours=20)) for at in starts
    ]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda at: subject.add(at, timedelta(hours=20)), starts))
    assert found == expected
