"""Working time: how much of it lies between two instants, and when an amount of it has passed.

A calendar is a sequence of versions, each in force from its publication. Its open intervals are expanded to UTC
once per horizon and kept with running sums, so `add` and `elapsed` are two binary searches.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sla.engine.faults import CalendarError
from sla.engine.week import Week, Window
from sla.engine.zones import wall_to_utc, zone

ZERO = timedelta(0)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
EVER = datetime.min.replace(tzinfo=UTC)
HORIZON = timedelta(days=370)
LONGEST = timedelta(days=366 * 200)
"""Wider tables are refused: nothing that a desk measures lies centuries apart."""

KEPT = timedelta(days=366 * 50)
"""One odd question about a distant time must not leave a huge table in every process."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """One immutable version of opening hours. Precedence of a date: exception, then holiday, then week."""

    tz: str = "UTC"
    week: Week = ((),) * 7
    holidays: frozenset[date] = frozenset()
    exceptions: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    always: bool = False

    def windows(self, day: date) -> tuple[Window, ...]:
        if day in self.exceptions:
            return self.exceptions[day]
        return () if day in self.holidays else self.week[day.weekday()]

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Open spans that touch [start, end), unsorted at daylight-saving seams and possibly overlapping."""
        if self.always:
            yield start, end
            return
        tz = zone(self.tz)
        day, last = (start - 2 * DAY).astimezone(tz).date(), (end + DAY).astimezone(tz).date()
        while day <= last:
            for opens, closes in self.windows(day):
                yield wall_to_utc(day, opens, tz, is_end=False), wall_to_utc(day, closes, tz, is_end=True)
            day += DAY

    def weekly(self) -> timedelta:
        """Open time of a week without holidays, exceptions and clock changes."""
        return timedelta(seconds=sum(end - start for windows in self.week for start, end in windows))


ALWAYS = Hours(always=True)


@dataclass(frozen=True, slots=True)
class Table:
    """Disjoint sorted open intervals of a horizon; `sums[i]` is the working time before interval i."""

    start: datetime
    end: datetime
    starts: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    sums: tuple[timedelta, ...]

    def worked(self, at: datetime) -> timedelta:
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return ZERO
        return self.sums[index] + min(at, self.ends[index]) - self.starts[index]

    def between(self, start: datetime, end: datetime) -> list[Span]:
        """Open spans within [start, end)."""
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end)
        pairs = zip(self.starts[first:last], self.ends[first:last], strict=True)
        return [(max(a, start), min(b, end)) for a, b in pairs]

    def reach(self, amount: timedelta) -> datetime | None:
        """The earliest instant with `worked == amount`, or None past the horizon."""
        index = bisect_left(self.sums, amount) - 1
        if index < 0 or amount > self.sums[index] + self.ends[index] - self.starts[index]:
            return None
        return self.starts[index] + (amount - self.sums[index])

    def outlast(self, amount: timedelta) -> datetime | None:
        """The last instant with `worked == amount`, or None past the horizon."""
        index = bisect_right(self.sums, amount) - 1
        if index < 0 or amount >= self.sums[index] + self.ends[index] - self.starts[index]:
            return None
        return self.starts[index] + (amount - self.sums[index])


Look = Callable[[Table, timedelta], datetime | None]


def utc(at: datetime) -> datetime:
    """Subtracting two datetimes of one zone ignores its clock changes; only UTC is safe to reckon in."""
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def merged(spans: list[Span]) -> list[Span]:
    """Union of spans as sorted disjoint spans; touching ones become one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


class Calendar:
    """Versioned working time under one key. Versions: (in force from, hours), oldest first; None = since ever."""

    __slots__ = ("_always", "_earlier", "_table", "key", "versions")

    def __init__(self, key: str, *versions: tuple[datetime | None, Hours]) -> None:
        if not versions:
            raise CalendarError("version", text=key)
        self.key = key
        self.versions = tuple(sorted(versions, key=lambda version: version[0] or EVER))
        self._always = all(hours.always for _, hours in versions)
        self._table: Table | None = None
        self._earlier: dict[int, Calendar] = {}

    def __repr__(self) -> str:
        return f"Calendar({self.key!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    def published(self, at: datetime, hours: Hours) -> Calendar:
        """The same calendar with one more version in force from `at`."""
        return Calendar(self.key, *self.versions, (at, hours))

    def as_of(self, at: datetime) -> Calendar:
        """The calendar without what comes into force after `at`."""
        if len(self.versions) == 1:
            return self
        count = max(1, sum(since is None or since <= at for since, _ in self.versions))
        if count == len(self.versions):
            return self
        if count not in self._earlier:
            self._earlier[count] = Calendar(self.key, *self.versions[:count])
        return self._earlier[count]

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants; zero when they are not in order."""
        if start.tzinfo is not UTC or end.tzinfo is not UTC:
            start, end = utc(start), utc(end)
        if end <= start:
            return ZERO
        if self._always:
            return end - start
        table = self._covering(start, end)
        return table.worked(end) - table.worked(start)

    def between(self, start: datetime, end: datetime) -> list[Span]:
        """Open spans within [start, end)."""
        start, end = utc(start), utc(end)
        return self._covering(start, end).between(start, end)

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The earliest instant at or after `start` by which `amount` of working time has passed."""
        return utc(start) if amount <= ZERO else self._find(Table.reach, utc(start), amount)

    def outlast(self, start: datetime, amount: timedelta) -> datetime:
        """The last instant by which no more than `amount` has passed: later than `add` over closed hours only."""
        return utc(start) if amount < ZERO else self._find(Table.outlast, utc(start), amount)

    def _find(self, look: Look, start: datetime, amount: timedelta) -> datetime:
        try:
            if self._always:
                return start + amount
            found = self._within(look, start, HORIZON, amount)
            if found is None:
                found = self._within(look, start, self._enough(start, amount), amount)
        except OverflowError:
            raise CalendarError("far", text=self.key) from None
        if found is None:
            raise CalendarError("closed", text=self.key, at=start.isoformat())
        return found

    def _within(self, look: Look, start: datetime, horizon: timedelta, amount: timedelta) -> datetime | None:
        table = self._covering(start, start + horizon)
        return look(table, table.worked(start) + amount)

    def _enough(self, start: datetime, amount: timedelta) -> timedelta:
        """A horizon by which `amount` has passed if it ever does: the last version decides, exceptions delay it."""
        since, hours = self.versions[-1]
        if hours.always:
            weeks = 1 + amount // WEEK
        else:
            weekly = hours.weekly()
            # Every special date may cost a week's only window, and a clock change an hour of one.
            weeks = len(hours.holidays) + len(hours.exceptions) + (1 + amount // weekly * 2 if weekly else 0)
        special = [day for _, version in self.versions for day in (*version.holidays, *version.exceptions)]
        last = datetime.combine(max(special), time(), UTC) if special else start
        return max(start, since or start, last) - start + (weeks + 4) * WEEK

    def _covering(self, start: datetime, end: datetime) -> Table:
        table = self._table
        if table is not None and table.start <= start and end <= table.end:
            return table
        try:
            table = self._wider(table, start - HORIZON, end + HORIZON)
        except OverflowError:
            raise CalendarError("far", text=self.key) from None
        if table.end - table.start <= KEPT:
            # One assignment publishes the finished table: threads may build it twice but never see half of it.
            self._table = table
        return table

    def _wider(self, known: Table | None, low: datetime, high: datetime) -> Table:
        if high - low > LONGEST:
            raise CalendarError("far", text=self.key)
        if known is not None and max(high, known.end) - min(low, known.start) <= KEPT:
            low, high = min(low, known.start), max(high, known.end)
        return self._expand(low, high)

    def _expand(self, low: datetime, high: datetime) -> Table:
        spans: list[Span] = []
        for index, (since, hours) in enumerate(self.versions):
            until = self.versions[index + 1][0] if index + 1 < len(self.versions) else None
            start = low if since is None else max(low, since)
            end = high if until is None else min(high, until)
            if start < end:
                spans += [(max(a, start), min(b, end)) for a, b in hours.spans(start, end)]
        spans = merged(spans)
        sums, total = [], ZERO
        for a, b in spans:
            sums.append(total)
            total += b - a
        return Table(low, high, tuple(a for a, _ in spans), tuple(b for _, b in spans), tuple(sums))


C247 = Calendar("C247", (None, ALWAYS))
