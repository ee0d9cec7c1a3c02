"""What a passed threshold does to its clock, and the record of a promise that broke."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.engine import thresholds
from sla.engine.terms import Kind, Verdict
from sla.models import Breach, Clock


@dataclass(frozen=True, slots=True)
class Due:
    """The thresholds of one claimed clock that have passed; only the last one is announced."""

    clock: Clock
    passed: list[tuple[int, datetime]]

    @property
    def code(self) -> int:
        return self.passed[-1][0]

    @property
    def at(self) -> datetime:
        return self.passed[-1][1]

    @property
    def is_deadline(self) -> bool:
        return self.code == thresholds.deadline_code(Kind(self.clock.kind))


def passed(clock: Clock, now: datetime) -> list[tuple[int, datetime]]:
    ahead = [(int(code), datetime.fromisoformat(at)) for code, at in clock.ahead]
    found = [(code, at) for code, at in ahead if at < now]
    if not found and clock.next_threshold is not None and clock.next_at is not None:
        return [(clock.next_threshold, clock.next_at)]
    return found


def settle(due: Due, now: datetime) -> None:
    """Set the fields of a claimed clock: what has fired, what comes next, and the verdict at the deadline."""
    clock, codes = due.clock, {code for code, _ in due.passed}
    clock.fired = [*clock.fired, *sorted(codes)]
    clock.ahead = [entry for entry in clock.ahead if entry[0] not in codes]
    following = clock.ahead[0] if clock.ahead else None
    clock.next_threshold = following[0] if following else None
    clock.next_at = datetime.fromisoformat(following[1]) if following else None
    if due.is_deadline:
        clock.verdict = Verdict.MISSED
        clock.breached_at = clock.verdict_at = clock.due_at = due.at
        clock.detected_at = clock.detected_at or now


def breach_of(due: Due, now: datetime) -> Breach:
    clock, ticket = due.clock, due.clock.ticket
    # A miss that a reclassification brought to light was noticed before this sweep found it.
    retroactive = clock.detected_at is not None and clock.detected_at < now
    return Breach(
        clock=clock,
        ticket=ticket,
        kind=clock.kind,
        target=clock.target or timedelta(0),
        breached_at=due.at,
        detected_at=clock.detected_at or now,
        line=ticket.line,
        state=ticket.state,
        priority=ticket.priority,
        category=ticket.category.code if ticket.category else "",
        assignee_id=ticket.assignee_id,
        cause_hint="C21" if retroactive else "",
    )
