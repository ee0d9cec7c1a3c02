"""The state a fold carries from event to event: the ticket as its clocks see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sla.engine.clock import Clock
from sla.engine.events import Event
from sla.engine.terms import Facts, Kind, Policy, Target, Terms, Verdict

Key = tuple[Kind, int, int]


@dataclass(frozen=True, slots=True)
class Flags:
    """What the contract says about pauses and reopening (domain §2.1)."""

    pause_on_vendor: bool = False
    p1_pause: bool = False
    strict_reopen: bool = False
    bot_counts: bool = False
    notify_on_monitoring: bool = True


FLAGS = frozenset(Flags.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a merged ticket brings along at the merge: its resolution time and its oldest unanswered message."""

    elapsed: timedelta
    unanswered_since: datetime | None = None


Sources = Callable[[int, datetime], Brought | None]


@dataclass(slots=True)
class Case:
    policy: Policy
    terms: Terms
    facts: Facts = field(default_factory=Facts)
    flags: Flags = field(default_factory=Flags)
    state: str = "new"
    line: int = 1
    cycle: int = 1
    customer_id: int | None = None
    outbound: bool = False
    is_major: bool = False
    matched_at: datetime | None = None
    clocks: dict[Key, Clock] = field(default_factory=dict)
    latest: dict[tuple[Kind, int], Clock] = field(default_factory=dict)
    on_line: Clock | None = None
    """The line clock that was started last: no other one can be running."""
    owed: dict[tuple[Kind, Any], Clock] = field(default_factory=dict)
    """Obligations by what they are about: several of a kind may be live at once."""
    violations: list[str] = field(default_factory=list)
    explain: bool = True

    def clock(self, kind: Kind, cycle: int | None = None, line: int = 0) -> Clock | None:
        return self.clocks.get((kind, cycle or self.cycle, line))

    def last(self, kind: Kind, line: int = 0) -> Clock | None:
        """The clock of the highest cycle; only that one can still be live."""
        return self.latest.get((kind, line))

    def count(self, kind: Kind) -> int:
        clock = self.last(kind)
        return clock.cycle if clock else 0

    def open(
        self, kind: Kind, at: datetime, *, cycle: int = 1, line: int = 0, target: Target | None = None
    ) -> Clock:
        """A new clock under the terms in force, running from `at`."""
        promise = target or self.terms.target(kind, line)
        clock = Clock(kind, cycle, line, promise.amount, promise.calendar, self.terms.version, at)
        clock.hidden, clock.explained = self.state == "spam", self.explain
        self.clocks[kind, cycle, line] = self.latest[kind, line] = clock
        clock.start(at)
        if self.explain:
            facts = {"target": promise.amount, "calendar": promise.calendar.key, "policy": self.terms.version}
            clock.note(at, "started", **facts)
        return clock

    def is_answered(self) -> bool:
        """A human has answered first, or nobody has to."""
        first = self.last(Kind.FR)
        return first is None or not first.is_live

    def advance(self, now: datetime) -> None:
        for clock in self.latest.values():
            if clock.due_at is not None and clock.due_at < now and clock.verdict is Verdict.RUNNING:
                clock.advance(now)
        for clock in self.owed.values():
            clock.advance(now)

    def learn(self, event: Event) -> None:
        """Take over what the event says about the ticket after it."""
        self.line = event.line or self.line
        data, old = event.data, self.facts
        facts = (
            event.priority or old.priority,
            old.category if event.category is None else event.category,
            data.get("tier", old.tier),
            data.get("contract_id", old.contract_id),
            data.get("service_id", old.service_id),
        )
        if facts != (old.priority, old.category, old.tier, old.contract_id, old.service_id):
            self.facts = Facts(*facts, old.channel)
        if not FLAGS.isdisjoint(data):
            self.flags = replace(self.flags, **{name: bool(data[name]) for name in FLAGS & data.keys()})


def is_human_reply(event: Event, flags: Flags) -> bool:
    """A public answer composed or sent by a person of ours (domain §2.4)."""
    data = event.data
    human = bool(data.get("human", True)) or flags.bot_counts
    return data.get("kind") == "reply" and bool(data.get("public", True)) and human


def is_human_customer(event: Event) -> bool:
    """A message that somebody waits for an answer to; a mere «thank you» does not."""
    data = event.data
    return data.get("kind") == "customer" and bool(data.get("human", True)) and not data.get("thanks")
