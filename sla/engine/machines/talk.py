"""Keeping in touch: the answer to the customer's next message (NR) and regular news (PU)."""

from __future__ import annotations

from datetime import datetime

from sla.engine.calendars import ZERO
from sla.engine.case import Case, is_human_customer, is_human_reply
from sla.engine.events import Event
from sla.engine.machines.base import Machine, obey, stop_by
from sla.engine.states import NEXT_RESPONSE, OPEN, PERIODIC
from sla.engine.terms import Kind


def open_next(case: Case, kind: Kind, at: datetime) -> None:
    """Start another cycle unless one is live or nothing is promised."""
    last, promise = case.last(kind), case.terms.target(kind)
    if (last is None or not last.is_live) and promise.amount is not None:
        case.open(kind, at, cycle=last.cycle + 1 if last else 1, target=promise)


class NextResponse(Machine):
    """Counts from the oldest unanswered human message after the first response was given."""

    def message(self, case: Case, event: Event) -> None:
        if is_human_reply(event, case.flags):
            stop_by(case.last(Kind.NR), event, "reply")
        elif is_human_customer(event) and case.state in OPEN and case.state != "spam" and case.is_answered():
            open_next(case, Kind.NR, event.at)

    def moved(self, case: Case, event: Event, before: str) -> None:
        obey(case.last(Kind.NR), NEXT_RESPONSE[case.state], event, case.state)
        reopened = before in {"resolved", "closed"} and case.state in OPEN
        # An alert that is back asks nobody for an answer; a person who reopens does.
        if reopened and event.data.get("human", True) and case.is_answered():
            open_next(case, Kind.NR, event.at)


class PeriodicUpdate(Machine):
    """From each human public message to the next, while the work is ours."""

    def message(self, case: Case, event: Event) -> None:
        if not is_human_reply(event, case.flags):
            return
        self.end(case, event)
        if case.state in OPEN and case.state != "spam":
            open_next(case, Kind.PU, event.at)
            # Whoever waits for the customer and writes once more owes no news meanwhile.
            obey(case.last(Kind.PU), PERIODIC[case.state], event, case.state)

    def moved(self, case: Case, event: Event, before: str) -> None:
        clock = case.last(Kind.PU)
        if case.state == "resolved":
            self.end(case, event)
        else:
            obey(clock, PERIODIC[case.state], event, case.state)

    def end(self, case: Case, event: Event) -> None:
        """Stop; a cycle that the resolving message itself opened never meant anything."""
        clock = case.last(Kind.PU)
        if clock is not None and clock.is_live and clock.elapsed(event.at) == ZERO:
            clock.cancel(event.at)
        stop_by(clock, event, "update")
