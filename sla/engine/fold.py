"""`fold(events, policy) -> clocks`: the only place where events become clocks, live and on replay alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sla.engine.calendars import ZERO
from sla.engine.case import Brought, Case, Flags, Sources
from sla.engine.clock import Clock
from sla.engine.events import Event, Type, ordered
from sla.engine.machines import HEARING, MACHINES, MOVING, NOTING, REVIEWS
from sla.engine.machines.base import obey
from sla.engine.machines.talk import open_next
from sla.engine.retarget import MISCLASSIFIED, MODES, RETRO, carry, retarget
from sla.engine.states import NEXT_RESPONSE, OPEN, PENDING, PERIODIC
from sla.engine.terms import OBLIGATIONS, Facts, Kind, Policy, Target, Terms, Verdict

FIXED = frozenset({Kind.FR, Kind.G15, Kind.UC}) | OBLIGATIONS
"""Clocks that a reclassification leaves alone (R4)."""

REMATCHING = frozenset({Type.RECLASSIFIED, Type.POLICY_APPLIED})


@dataclass(frozen=True, slots=True)
class Folded:
    """Clocks and what the fold noticed on the way. `violations` names guards that an event ignored."""

    clocks: list[Clock]
    state: str
    line: int
    violations: list[str]
    facts: Facts = field(default_factory=Facts)
    terms: Terms = field(default_factory=lambda: Terms(0))
    """What the ticket is matched by, and the terms that its next clocks start under."""

    def of(self, kind: Kind) -> list[Clock]:
        return [clock for clock in self.clocks if clock.kind is kind]

    def brought(self, at: datetime) -> Brought:
        """What this ticket would bring into a merge at `at` (R7)."""
        cycles = self.of(Kind.RES)
        # One that has been missed stays the source's miss: it cannot be missed a second time.
        running = [clock for clock in self.of(Kind.NR) if clock.verdict is Verdict.RUNNING]
        waiting = [clock.started_at for clock in running if clock.is_live]
        return Brought(cycles[-1].elapsed(at) if cycles else ZERO, waiting[-1] if waiting else None)


def no_sources(ticket_id: int, at: datetime) -> Brought | None:
    return None


def fold(
    events: Iterable[Event],
    policy: Policy,
    *,
    as_of: datetime | None = None,
    sources: Sources = no_sources,
    explain: bool = True,
) -> Folded:
    """Clocks after all events, in any order of arrival, judged at `as_of` (default: the last event).

    Without `explain` their ledgers stay empty: enough for what is stored, and quicker.
    """
    history: Sequence[Event] = ordered(events)
    if not history or history[0].type is not Type.CREATED:
        return Folded([], "new", 1, [])
    case = _created(history[0], policy, explain=explain)
    for event in history[1:]:
        case.advance(event.at)
        _apply(case, event, sources)
    case.advance(as_of or history[-1].at)
    REVIEWS.settle(case)
    return Folded(list(case.clocks.values()), case.state, case.line, case.violations, case.facts, case.terms)


def _created(event: Event, policy: Policy, *, explain: bool) -> Case:
    data = event.data
    facts = Facts(channel=data.get("channel", ""))
    case = Case(policy, policy.match(facts, event.at), facts, Flags(), state=event.state or "new")
    case.explain = explain
    case.learn(event)
    case.customer_id, case.outbound = data.get("customer_id"), bool(data.get("outbound"))
    case.terms, case.matched_at = policy.match(case.facts, event.at), event.at
    for machine in MACHINES:
        machine.created(case, event)
    return case


def _apply(case: Case, event: Event, sources: Sources) -> None:
    if event.type is Type.MOVED:
        _moved(case, event)
    elif event.type is Type.MESSAGE:
        for machine in HEARING:
            machine.message(case, event)
    elif event.type in REMATCHING:
        _rematch(case, event)
    elif event.type is Type.MERGED_IN:
        _merged_in(case, event, sources)
    elif event.type is Type.MAJOR:
        _major(case, event)
    elif event.type is Type.UNMERGED:
        case.learn(event)
    else:
        for machine in NOTING:
            machine.noted(case, event)


def _major(case: Case, event: Event) -> None:
    case.is_major = event.data.get("major_state") == "declared"
    if case.is_major and case.state in OPEN:
        open_next(case, Kind.PU, event.at)
        obey(case.last(Kind.PU), PERIODIC[case.state], event, case.state)


def _moved(case: Case, event: Event) -> None:
    before, after = case.state, event.state or case.state
    if after in PENDING and before in OPEN and not case.is_answered():
        case.violations.append("G-FR")
        return
    if event.data.get("transition") == "classify":
        _rematch(case, event)
    case.learn(event)
    case.state = after
    if before == "spam" or after == "spam":
        _hide(case, event.at, hidden=after == "spam")
    for machine in MOVING:
        machine.moved(case, event, before)


def _hide(case: Case, at: datetime, *, hidden: bool) -> None:
    for clock in case.clocks.values():
        clock.hidden = hidden
        clock.note(at, "hidden" if hidden else "shown")


def _rematch(case: Case, event: Event) -> None:
    """Match the policy again and change the promises of live clocks by R1 or R2."""
    reason = str(event.data.get("reason") or "")
    mode = str(event.data.get("mode") or MODES.get(reason, RETRO))
    old = case.terms
    case.learn(event)
    case.customer_id = event.data.get("customer_id") or case.customer_id
    case.terms, case.matched_at = case.policy.match(case.facts, event.at), event.at
    for clock in case.latest.values():
        target = case.terms.target(clock.kind, clock.line)
        # What was wrong from the start is set right from the start, also if R1 has bent this clock's promise since.
        known = _promised(clock) if reason == MISCLASSIFIED else old.target(clock.kind, clock.line)
        is_call_back = clock.kind is Kind.CN and case.facts.channel == "phone"
        if clock.kind in FIXED or is_call_back or target == known:
            continue
        retarget(clock, event.at, target, mode=mode, version=case.terms.version, reason=reason)
    for machine in MACHINES:
        machine.rematched(case, event)


def _promised(clock: Clock) -> Target:
    return Target(clock.target, clock.calendar)


def _merged_in(case: Case, event: Event, sources: Sources) -> None:
    """R7. Only a higher priority changes what is promised, and by the policy that the ticket is under already."""
    brought = sources(int(event.data["source_id"]), event.at)
    stricter = None
    if event.priority is not None and event.priority < case.facts.priority:
        case.facts = replace(case.facts, priority=event.priority)
        case.terms = case.policy.match(case.facts, case.matched_at or event.at)
        stricter = case.terms.target(Kind.RES)
    clock = case.clock(Kind.RES)
    if clock is not None and brought is not None:
        carry(clock, event.at, brought.elapsed, stricter, case.terms.version)
    if (
        brought is not None
        and brought.unanswered_since is not None
        and case.state in OPEN
        and case.is_answered()
    ):
        open_next(case, Kind.NR, brought.unanswered_since)
        obey(case.last(Kind.NR), NEXT_RESPONSE[case.state], event, case.state)
