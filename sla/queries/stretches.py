"""Where a ticket stood, state by state and line by line, and the picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.engine.calendars import ZERO
from sla.engine.spending import ACCEPT, SPENDING, WAIT, WORK
from tickets.enums import EventType, State
from tickets.models import TicketEvent

MOVING = (EventType.CREATED, EventType.MOVED, EventType.RECLASSIFIED)
WIDTH = 1000
"""Units of the drawing from its start to its end; the page stretches them to what it has."""
NARROWEST = 4


@dataclass(frozen=True, slots=True)
class Stretch:
    """The ticket stood in one state on one line from `since` for `lasted`."""

    since: datetime
    lasted: timedelta
    state: str
    line: int

    @property
    def label(self) -> str:
        return str(State(self.state).label)

    @property
    def part(self) -> str:
        """What the line did with it: accept, work, pending, or `none` (resolved, spam)."""
        return SPENDING.get(self.state, "none")


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    width: int
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Lane:
    """One line's part of the picture."""

    line: int
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Picture:
    """Lanes on one scale from `start` to `end`; the deadline stands at `mark`. `goes_on`: the end was cut."""

    lanes: list[Lane]
    start: datetime
    end: datetime
    mark: int
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Spent:
    """What a line used up to the breach."""

    line: int
    accept: timedelta
    work: timedelta
    pending: timedelta

    @property
    def total(self) -> timedelta:
        return self.accept + self.work + self.pending


def stretches(ticket_id: int, until: datetime) -> list[Stretch]:
    """From the first event up to `until`. One query."""
    events = TicketEvent.objects.filter(ticket_id=ticket_id, type__in=MOVING, occurred_at__lt=until)
    places = [
        (event.occurred_at, str(event.payload["state"]), int(event.payload["line"]))
        for event in events.order_by("occurred_at", "pk").only("occurred_at", "payload")
    ]
    changes = [
        place for index, place in enumerate(places) if index == 0 or place[1:] != places[index - 1][1:]
    ]
    ends = [*(at for at, *_ in changes[1:]), until]
    return [Stretch(at, end - at, state, line) for (at, state, line), end in zip(changes, ends, strict=False)]


def picture(stood: list[Stretch], deadline: datetime) -> Picture | None:
    """What came after the deadline takes at most as much room as what came before it."""
    if not stood or deadline <= stood[0].since:
        return None
    start, last = stood[0].since, stood[-1].since + stood[-1].lasted
    end = min(last, deadline + (deadline - start))
    whole = end - start
    lanes: dict[int, list[Bar]] = {}
    for stretch in stood:
        if stretch.since < end:
            lanes.setdefault(stretch.line, []).append(_bar(stretch, start, end, whole))
    mark = min(WIDTH, round(WIDTH * ((deadline - start) / whole)))
    return Picture([Lane(line, lanes[line]) for line in sorted(lanes)], start, end, mark, last > end)


def _bar(stretch: Stretch, start: datetime, end: datetime, whole: timedelta) -> Bar:
    x = round(WIDTH * ((stretch.since - start) / whole))
    until = round(WIDTH * ((min(end, stretch.since + stretch.lasted) - start) / whole))
    width = max(NARROWEST, until - x)
    return Bar(min(x, WIDTH - width), width, stretch)


def spent(stored: dict[str, dict[str, float]]) -> list[Spent]:
    """The snapshot of a breach as a table, and its last row the sum of all lines (line 0) if there are several."""
    rows = [
        Spent(int(line), *(timedelta(seconds=round(parts.get(name, 0))) for name in (ACCEPT, WORK, WAIT)))
        for line, parts in sorted(stored.items())
    ]
    if len(rows) < 2:
        return rows
    total = [sum((getattr(row, name) for row in rows), ZERO) for name in ("accept", "work", "pending")]
    return [*rows, Spent(0, *total)]
