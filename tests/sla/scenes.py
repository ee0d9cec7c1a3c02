"""Short scenes for engine tests: `at("10:04:10")` is Monday 23 November 2026 in Moscow."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sla.engine.calendars import C247, Calendar
from sla.engine.clock import Clock
from sla.engine.events import Event, Type
from sla.engine.fold import Folded, fold
from sla.engine.terms import Facts, Kind, Target, Terms

DAY = datetime(2026, 11, 23, tzinfo=UTC)
MOSCOW = timedelta(hours=3)


def at(clock: str, day: int = 23) -> datetime:
    hours, minutes, *seconds = (float(part) for part in clock.split(":"))
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    return DAY.replace(day=day) + offset - MOSCOW


def minutes(amount: float) -> timedelta:
    return timedelta(minutes=amount)


class Promises:
    """The Business targets by priority; resolution by the category's last part, in minutes."""

    calendar: Calendar = C247

    def match(self, facts: Facts, at: datetime) -> Terms:
        per = {1: (5, 15, 60), 2: (15, 30, 240), 3: (30, 240, 240), 4: (60, 1440, 1440)}[facts.priority]
        targets = {
            (Kind.FR, 0): Target(timedelta(seconds=90)),
            (Kind.G15, 0): Target(minutes(15)),
            (Kind.NR, 0): Target(minutes(per[0])),
            (Kind.PU, 0): Target(minutes(per[1])),
            (Kind.CN, 0): Target(minutes(per[0])),
            (Kind.RES, 0): Target(minutes(per[2]), self.calendar),
            **{(Kind.OLA_A, line): Target(minutes(2)) for line in (1, 2, 3)},
            **{(Kind.OLA_W, line): Target(minutes(7)) for line in (1, 2, 3)},
        }
        return Terms(1, targets)


class Scene:
    """Collects events; `fold()` judges them."""

    def __init__(self, start: str = "10:00", *, priority: int = 2, policy: Any = None, **data: Any) -> None:
        self.policy = policy or Promises()
        stated = {"channel": "mail", "customer_id": 1, **data}
        state = stated.pop("state", "new")
        self.events = [Event(at(start), Type.CREATED, state, 1, priority, "EM.VM", stated)]

    def say(
        self, when: str, type_: Type, *, state: str | None = None, line: int | None = None, **data: Any
    ) -> "Scene":
        priority = data.pop("priority", None)
        self.events.append(Event(at(when), type_, state, line, priority, None, data))
        return self

    def move(self, when: str, state: str, *, line: int | None = None, **data: Any) -> "Scene":
        return self.say(when, Type.MOVED, state=state, line=line, **data)

    def reply(self, when: str, **data: Any) -> "Scene":
        return self.say(when, Type.MESSAGE, **{"kind": "reply", "public": True, "human": True, **data})

    def customer(self, when: str, **data: Any) -> "Scene":
        return self.say(when, Type.MESSAGE, **{"kind": "customer", "public": True, "human": True, **data})

    def fold(self, as_of: str | None = None, **options: Any) -> Folded:
        return fold(self.events, self.policy, as_of=at(as_of) if as_of else None, **options)

    def clock(self, kind: Kind, as_of: str | None = None, *, line: int = 0) -> Clock:
        """The last cycle of a kind."""
        return [clock for clock in self.fold(as_of).of(kind) if clock.line == line][-1]
