"""Resolution per cycle (RES) and the internal goal of fifteen minutes (G15)."""

from __future__ import annotations

from sla.engine.case import Case
from sla.engine.events import Event
from sla.engine.machines.base import Machine, obey
from sla.engine.states import GOAL, RESOLUTION, Does
from sla.engine.terms import Kind


class Resolution(Machine):
    """Pauses by state and contract; reopening continues the cycle (R5), after closing it begins another (R6)."""

    def created(self, case: Case, event: Event) -> None:
        case.open(Kind.RES, event.at)

    def moved(self, case: Case, event: Event, before: str) -> None:
        clock, does = case.clock(Kind.RES), self.effect(case)
        if clock is None:
            return
        if clock.is_live or not (does is Does.RUN or does is Does.PAUSE):
            obey(clock, does, event, case.state)
        elif before == "closed":
            case.cycle += 1
            case.open(Kind.RES, event.at, cycle=case.cycle)
        elif before == "resolved" and clock.stopped_at is not None:
            strict = case.flags.strict_reopen
            clock.note(event.at, "reopened", since=clock.stopped_at, counted=strict)
            clock.reopen(clock.stopped_at if strict else event.at)
            clock.advance(event.at)

    def effect(self, case: Case) -> Does:
        if case.state == "pending_vendor" and case.flags.pause_on_vendor:
            return Does.PAUSE
        if case.state == "pending_customer" and case.facts.priority == 1 and not case.flags.p1_pause:
            return Does.RUN
        return RESOLUTION[case.state]


class Goal(Machine):
    """«Solved in 15 minutes»: the first cycle only, waiting for the customer excluded, never a breach."""

    def created(self, case: Case, event: Event) -> None:
        if case.terms.target(Kind.G15).amount is not None:
            case.open(Kind.G15, event.at)

    def moved(self, case: Case, event: Event, before: str) -> None:
        clock = case.clock(Kind.G15, 1)
        if clock is None:
            return
        if before == "resolved" and not clock.is_live and GOAL[case.state] is Does.RUN:
            clock.reopen(event.at)
            clock.advance(event.at)
        else:
            obey(clock, GOAL[case.state], event, case.state)
