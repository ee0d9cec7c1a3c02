"""What a passed threshold does to its clock, and the record of a promise that broke."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Operator
from sla.engine import thresholds
from sla.engine.events import Event
from sla.engine.spending import spent
from sla.engine.terms import Kind, Verdict
from sla.enums import PROMISES
from sla.models import Breach, Clock

DAY_BEGINS, DAY_ENDS = 8, 20
SNAPSHOT = [
    field.name
    for field in Breach._meta.concrete_fields
    if field.name not in {"id", "clock", "ticket", "kind"}
]
"""What a breach says of the moment it happened."""


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

    @property
    def is_breach(self) -> bool:
        """A promise to the customer broke; what lines or we ourselves owe is no breach."""
        return self.is_deadline and self.clock.kind in PROMISES


@dataclass(frozen=True, slots=True)
class Roster:
    """Who was on when a promise broke: the twelve-hour shift by its local date, and the users on it."""

    users: tuple[int, ...]

    @classmethod
    def now(cls) -> Roster:
        on = Operator.objects.filter(on_shift=True, user__is_active=True).order_by("user_id")
        return cls(tuple(on.values_list("user_id", flat=True)))


def shift_of(at: datetime) -> str:
    """`2026-11-25D` from 08:00 to 20:00 of the centre's own zone, else `N` of the date the night began."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    if DAY_BEGINS <= local.hour < DAY_ENDS:
        return f"{local:%Y-%m-%d}D"
    night = local - timedelta(hours=DAY_BEGINS)
    return f"{night:%Y-%m-%d}N"


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
        clock.due_at = clock.due_at or due.at
        clock.breached_at = clock.verdict_at = clock.due_at
        clock.detected_at = clock.detected_at or now


def breach_of(due: Due, now: datetime, log: Iterable[Event], on: Roster) -> Breach:
    """The record as the deadline passed; `log` are the ticket's events, from which the time spent is told."""
    clock, ticket = due.clock, due.clock.ticket
    # A miss that a reclassification brought to light was noticed before this sweep found it.
    retroactive = clock.detected_at is not None and clock.detected_at < now
    return Breach(
        clock=clock,
        ticket=ticket,
        kind=clock.kind,
        target=clock.target or timedelta(0),
        breached_at=clock.breached_at or due.at,
        detected_at=clock.detected_at or now,
        line=ticket.line,
        state=ticket.state,
        priority=ticket.priority,
        category=ticket.category.code if ticket.category else "",
        assignee_id=ticket.assignee_id,
        contract_id=contract_of(log, due.at),
        shift=shift_of(due.at),
        on_shift=list(on.users),
        spent=spent(log, due.at),
        cause_hint="C21" if retroactive else "",
    )


def contract_of(log: Iterable[Event], at: datetime) -> int | None:
    """The contract that the promise was given under."""
    stated = [event.data["contract_id"] for event in log if event.at <= at and "contract_id" in event.data]
    return stated[-1] if stated else None
