"""The clocks of the demo's tickets: folded by the SLA engine, with what the sweep would have fired on the way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.enums import ActorKind
from helpdesk.demo import reviews
from helpdesk.demo.cast import Cast
from helpdesk.demo.rows import Rows
from sla.engine import thresholds
from sla.engine.case import Brought
from sla.engine.clock import Clock as EngineClock
from sla.engine.events import TYPES
from sla.engine.fold import Folded, fold
from sla.engine.spending import spent
from sla.engine.terms import Verdict
from sla.enums import PROMISES
from sla.models import Breach, Clock, ClockFiring
from sla.queries.rulebook import Rulebook
from sla.services import projecting, queueing
from sla.services.enforcing import SILENT
from sla.services.loading import as_event, rules
from sla.services.settling import contract_of, shift_of
from tickets.enums import TERMINAL, EventType
from tickets.models import Ticket, TicketEvent

NOTICED_AFTER = timedelta(milliseconds=420)
Fired = list[tuple[int, datetime]]


@dataclass(slots=True)
class Projection:
    """Rows of the SLA room, unsaved."""

    clocks: list[Clock] = field(default_factory=list)
    firings: list[ClockFiring] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    reviewed: reviews.Reviews = field(default_factory=reviews.Reviews)


def project(rows: Rows, cast: Cast, now: datetime) -> Projection:
    """Fold every log as of `now`. Adds warnings and reviews to the events and sets each ticket's next deadline.

    Twice: the first fold tells which promises broke, and only then is it known what was reviewed when.
    """
    book, made = rules(), Projection()
    logs: dict[int, list[TicketEvent]] = defaultdict(list)
    for event in rows.events:
        logs[event.ticket_id].append(event)

    def brought(ticket_id: int, at: datetime) -> Brought | None:
        before = [event for event in logs[ticket_id] if event.occurred_at <= at]
        folded = _fold([event for event in before if event.payload["state"] != "merged"], at)
        return folded.brought(at) if folded.clocks else None

    def _fold(log: list[TicketEvent], at: datetime) -> Folded:
        events = [
            as_event((event.type, event.occurred_at, event.payload)) for event in log if event.type in TYPES
        ]
        return fold(events, book.policy, as_of=at, sources=brought)

    missed = {
        ticket.pk: _misses(ticket, logs[ticket.pk], _fold(logs[ticket.pk], now), now)
        for ticket in rows.tickets
    }
    plans = reviews.plan(
        (_missed(event) for found in missed.values() for event in found), cast, now
    )  # fmt: skip
    for ticket in rows.tickets:
        log = logs[ticket.pk]
        reviewed = _reviewed(log, missed[ticket.pk], plans)
        rows.events += reviewed
        folded = _fold([*log, *missed[ticket.pk], *reviewed], now)
        for clock in folded.clocks:
            _add(made, rows, ticket, log, clock, book, now)
        if ticket.state not in TERMINAL:
            live = [clock for clock in folded.clocks if clock.is_live and not clock.hidden]
            ticket.next_due_at, ticket.next_due_kind = queueing.next_due(live)
    for breach in made.breaches:
        breach.on_shift = cast.present(breach.breached_at)
    made.reviewed = reviews.write_down(plans, made.breaches, now, cast)
    return made


def _missed(event: TicketEvent) -> reviews.Missed:
    told = event.payload
    return reviews.Missed(event.ticket, told["clock"], told["cycle"], told["clock_line"], event.occurred_at)


def _reviewed(log: list[TicketEvent], missed: list[TicketEvent], plans: reviews.Plans) -> list[TicketEvent]:
    """What a verified review leaves on its ticket: it stops the clock of the review."""
    found = [plans[key] for event in missed if (key := _missed(event).key) in plans]
    return [
        TicketEvent(
            ticket=plan.missed.ticket, type=str(EventType.REVIEWED), occurred_at=at, recorded_at=at,
            actor_kind=str(plan.reviewer.kind), actor_name=plan.reviewer.name, actor_user_id=plan.reviewer.user_id,
            payload={
                **_as_it_was(_before(log, at)), "clock": plan.missed.kind, "cycle": plan.missed.cycle,
                "clock_line": plan.missed.line, "cause": plan.words["code"],
            },
        )
        for plan in found
        if (at := plan.reviewed_at) is not None
    ]  # fmt: skip


def _add(
    made: Projection, rows: Rows, ticket: Ticket, log: list[TicketEvent], clock: EngineClock, book: Rulebook,
    now: datetime,
) -> None:  # fmt: skip
    fired = _fired(clock, now)
    missed = clock.verdict is Verdict.MISSED and not clock.hidden
    noticed = min((clock.noticed_at or clock.breached_at or now) + NOTICED_AFTER, now) if missed else None
    row = projecting.project(
        clock, ticket.pk, book, Clock(fired=[code for code, _at in fired], detected_at=noticed)
    )
    made.clocks.append(row)
    for code, at in fired:
        seen = min(at + NOTICED_AFTER, now)
        made.firings.append(ClockFiring(clock=row, threshold=code, due_at=at, detected_at=seen))
        if (clock.kind, code) not in SILENT:
            rows.events.append(
                _escalated(ticket, _before(log, seen), clock, code, at, seen, _is_breach(clock, code))
            )
    if missed and clock.kind in PROMISES and clock.breached_at:
        made.breaches.append(_breach(ticket, log, clock, row))


def _misses(ticket: Ticket, log: list[TicketEvent], folded: Folded, now: datetime) -> list[TicketEvent]:
    """What the sweep will have said of broken promises: each asks for a review, so the fold must know of it."""
    return [
        _escalated(ticket, _before(log, seen), clock, code, at, seen, True)
        for clock in folded.clocks
        for code, at in _fired(clock, now)
        if _is_breach(clock, code)
        for seen in [min(at + NOTICED_AFTER, now)]
    ]


def _is_breach(clock: EngineClock, code: int) -> bool:
    return clock.kind in PROMISES and code == thresholds.deadline_code(clock.kind)


def _fired(clock: EngineClock, now: datetime) -> Fired:
    """Thresholds that have passed while the clock was live, each with its instant."""
    counted = clock.verdict is not Verdict.CANCELLED and clock.target is not None
    if clock.hidden or not counted or clock.kind not in thresholds.PLAN:
        return []
    passed: Fired = []
    for threshold in thresholds.PLAN[clock.kind]:
        assert clock.target is not None
        at = clock.instant(clock.target * threshold.numerator / threshold.denominator)
        if threshold.code == thresholds.deadline_code(clock.kind):
            at = clock.breached_at
        if at is not None and at < (clock.stopped_at or now) and at < now:
            passed.append((threshold.code, at))
    return passed


def _before(log: list[TicketEvent], at: datetime) -> TicketEvent:
    """The last event of the ticket that had happened by then."""
    return max(
        (event for event in reversed(log) if event.occurred_at <= at),
        key=lambda event: event.occurred_at,
        default=log[0],
    )


def _as_it_was(past: TicketEvent) -> dict[str, Any]:
    return {key: past.payload[key] for key in ("state", "line", "priority", "category")}


def _escalated(
    ticket: Ticket, past: TicketEvent, clock: EngineClock, code: int, at: datetime, seen: datetime, is_breach: bool
) -> TicketEvent:  # fmt: skip
    return TicketEvent(
        ticket=ticket, type=str(EventType.ESCALATED), occurred_at=seen, recorded_at=seen,
        actor_kind=str(ActorKind.SYSTEM), actor_name="",
        payload={
            **_as_it_was(past), "clock": str(clock.kind), "cycle": clock.cycle, "clock_line": clock.line, "threshold": code,
            "is_breach": is_breach, "due_at": at.isoformat(), "detected_at": seen.isoformat(), "late": False,
        },
    )  # fmt: skip


def _breach(ticket: Ticket, log: list[TicketEvent], clock: EngineClock, row: Clock) -> Breach:
    assert clock.breached_at is not None
    past = _before(log, clock.breached_at)
    told = [as_event((event.type, event.occurred_at, event.payload)) for event in log if event.type in TYPES]
    return Breach(
        clock=row, ticket=ticket, kind=str(clock.kind), target=clock.target or timedelta(0),
        breached_at=clock.breached_at, detected_at=row.detected_at or clock.breached_at, line=past.payload["line"],
        state=past.payload["state"], priority=past.payload["priority"], category=past.payload["category"],
        assignee_id=past.payload.get("assignee_id"), cause_hint="", contract_id=contract_of(told, clock.breached_at),
        shift=shift_of(clock.breached_at), spent=spent(told, clock.breached_at),
    )  # fmt: skip
