"""What the lines promise each other (OLA) and what a vendor promised us (UC); both add up over visits."""

from __future__ import annotations

from datetime import datetime

from sla.engine.case import Case
from sla.engine.clock import Clock
from sla.engine.events import Event
from sla.engine.machines.base import Machine, obey
from sla.engine.states import OLA_ACCEPT, OLA_WORK, OPEN, PENDING, Does
from sla.engine.terms import UNPROMISED, Kind, Verdict

OLA = (Kind.OLA_A, Kind.OLA_W)


class LineClocks(Machine):
    """Exactly one line clock runs at a time: acceptance while queued, work while someone has it."""

    def created(self, case: Case, event: Event) -> None:
        self._enter(case, event)

    def moved(self, case: Case, event: Event, before: str) -> None:
        if case.state in OPEN:
            self._enter(case, event)
        else:
            ending = Does.STOP if case.state in {"resolved", "closed"} else Does.CANCEL
            for clock in self._clocks(case):
                obey(clock, ending, event, case.state)

    def _enter(self, case: Case, event: Event) -> None:
        kind = Kind.OLA_A if case.state in OLA_ACCEPT else Kind.OLA_W if case.state in OLA_WORK else None
        here = (kind, case.cycle, case.line) if kind else None
        running = case.on_line
        if running is not None and (running.kind, running.cycle, running.line) != here:
            obey(running, Does.PAUSE, event, case.state)
        if kind is None:
            return
        clock_here = case.clock(kind, line=case.line)
        case.on_line = clock_here or case.open(kind, event.at, cycle=case.cycle, line=case.line)
        if clock_here is None:
            return
        if clock_here.is_live:
            obey(clock_here, Does.RUN, event, case.state)
        else:
            clock_here.reopen(event.at)
            clock_here.note(event.at, "reopened")

    def _clocks(self, case: Case) -> list[Clock]:
        return [clock for clock in case.latest.values() if clock.kind in OLA and clock.cycle == case.cycle]


class Vendor(Machine):
    """Runs while the ticket waits for a vendor, against the date the vendor named."""

    def moved(self, case: Case, event: Event, before: str) -> None:
        clock = case.clock(Kind.UC, 1)
        if case.state == "pending_vendor":
            promised = event.data.get("vendor_eta") or event.data.get("resume_at")
            if clock is None:
                clock = case.open(Kind.UC, event.at, target=UNPROMISED)
            elif clock.is_live:
                obey(clock, Does.RUN, event, case.state)
            else:
                clock.reopen(event.at)
            self._promise(clock, event.at, promised)
        elif clock is None:
            return
        elif case.state in OPEN or case.state in PENDING:
            obey(clock, Does.PAUSE, event, case.state)
        else:
            obey(clock, Does.STOP if case.state in {"resolved", "closed"} else Does.CANCEL, event, case.state)

    def _promise(self, clock: Clock, at: datetime, promised: str | datetime | None) -> None:
        until = datetime.fromisoformat(promised) if isinstance(promised, str) else promised
        if until is None or until <= at:
            return
        if clock.verdict is Verdict.RUNNING:
            clock.target = clock.elapsed(at) + (until - at)
            clock.refresh()
