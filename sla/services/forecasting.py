"""What new opening hours would change, before anybody publishes them: reads only, by the product's engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from common import clock as application
from sla.engine.calendars import Calendar, Hours
from sla.engine.clock import Clock as EngineClock
from sla.engine.fold import Folded
from sla.engine.terms import Facts, Policy, Terms, Verdict
from sla.engine.zones import wall_to_utc, zone
from sla.enums import ClockKind
from sla.models import Clock
from sla.services.loading import rules
from sla.services.replaying import Logs
from tickets.models import Ticket

SAMPLE, DAYS_AHEAD = 20, 14
ONE = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """An open stretch of a day: minutes from local midnight as they really pass, and the wall times of its ends."""

    start: int
    length: int
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    """One local date. `minutes` is 1440 unless the clocks change on it; `before` are the hours in force so far."""

    date: date
    minutes: int
    bars: list[Bar]
    before: list[Bar]
    why: str

    @property
    def is_changed(self) -> bool:
        return self.bars != self.before


@dataclass(frozen=True, slots=True)
class Moved:
    """One clock of a ticket: due now and then. An instant is None while the clock is paused."""

    ticket: Ticket
    clock: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Forecast:
    running: int
    tickets: int
    looked_at: int
    moved: list[Moved]


class OtherHours:
    """The policy in force with the hours of one calendar exchanged."""

    def __init__(self, policy: Policy, calendar: Calendar) -> None:
        self.policy, self.calendar = policy, calendar

    def match(self, facts: Facts, at: datetime) -> Terms:
        terms = self.policy.match(facts, at)
        targets = {
            key: replace(target, calendar=self.calendar)
            if target.calendar.key == self.calendar.key
            else target
            for key, target in terms.targets.items()
        }
        return Terms(terms.version, targets)


def with_hours(key: str, hours: Hours, since: datetime | None) -> Calendar:
    """The calendar as it would be; a new one begins with these hours."""
    known = rules().calendars.get(key)
    return known.published(since or application.now(), hours) if known else Calendar(key, (None, hours))


def forecast(*, calendar: Calendar) -> Forecast:
    """Due now and due then of the first tickets in the order of their deadlines. Few queries, whatever their number."""
    live = Clock.objects.live().filter(calendar_version__key=calendar.key, stopped_at__isnull=True)
    tickets = Ticket.objects.filter(pk__in=live.values("ticket_id"))
    first = list(tickets.in_queue_order()[:SAMPLE])
    logs, now, policy = Logs(ticket.pk for ticket in first), application.now(), rules().policy
    moved: list[Moved] = []
    for ticket in first:
        before = logs.fold(ticket.pk, policy, now)
        after = logs.fold(ticket.pk, OtherHours(policy, calendar), now)
        moved += _moved(ticket, calendar.key, before, after)
    return Forecast(live.count(), tickets.count(), len(first), moved)


def _moved(ticket: Ticket, key: str, before: Folded, after: Folded) -> Iterator[Moved]:
    known = {(clock.kind, clock.cycle, clock.line): clock for clock in before.clocks}
    for clock in after.clocks:
        was = known.get((clock.kind, clock.cycle, clock.line))
        if was is not None and clock.calendar.key == key and _is_open(clock) and was.due_at != clock.due_at:
            yield Moved(ticket, str(ClockKind(clock.kind).label), was.due_at, clock.due_at)


def _is_open(clock: EngineClock) -> bool:
    return clock.is_live and clock.verdict is Verdict.RUNNING


def days(*, calendar: Calendar, hours: Hours, now: datetime) -> list[Day]:
    """The two weeks to come in the calendar's own zone, and how they are without the newest version."""
    tz = zone(hours.tz)
    today = now.astimezone(tz).date()
    older = Calendar(calendar.key, *calendar.versions[:-1]) if len(calendar.versions) > 1 else calendar
    return [_day(today + step * ONE, calendar, older, hours) for step in range(DAYS_AHEAD)]


def _day(day: date, calendar: Calendar, older: Calendar, hours: Hours) -> Day:
    tz = zone(hours.tz)
    start = wall_to_utc(day, 0, tz, is_end=False)
    end = wall_to_utc(day + ONE, 0, tz, is_end=False)
    return Day(
        day,
        (end - start) // MINUTE,
        _bars(calendar, start, end, hours),
        _bars(older, start, end, hours),
        _why(day, hours),
    )


def _bars(calendar: Calendar, start: datetime, end: datetime, hours: Hours) -> list[Bar]:
    tz = zone(hours.tz)
    return [
        Bar(
            (a - start) // MINUTE,
            (b - a) // MINUTE,
            f"{_wall(a.astimezone(tz))}–{_wall(b.astimezone(tz), b == end)}",
        )
        for a, b in calendar.between(start, end)
    ]


def _wall(at: datetime, is_midnight: bool = False) -> str:
    return "24:00" if is_midnight and at.time() == time() else f"{at:%H:%M}"


def _why(day: date, hours: Hours) -> str:
    if hours.always:
        return ""
    return "exception" if day in hours.exceptions else "holiday" if day in hours.holidays else ""
