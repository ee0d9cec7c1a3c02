"""What the desk owes itself: the review of a breach (BR), an article (KBD), the reason of a bypass (BYP).

They begin with the fact that causes them, end when it is done, and neither a pause nor the end of the ticket stops
them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sla.engine.case import Case
from sla.engine.clock import Clock
from sla.engine.events import Event, Type
from sla.engine.machines.base import Machine
from sla.engine.terms import Kind, Verdict

Subject = tuple[str, int, int]
OWING, SOLVED = frozenset({"owed", "stub"}), frozenset({"resolved", "closed"})


def subject_of(event: Event) -> Subject:
    """The clock that an escalation or a review is about: kind, cycle, line."""
    data = event.data
    return (str(data["clock"]), int(data.get("cycle", 1)), int(data.get("clock_line", 0)))


def _owe(case: Case, kind: Kind, event: Event, about: Any, **facts: Any) -> None:
    """A clock about one thing, unless nothing is promised or it is owed already."""
    urgent = replace(case.facts, priority=1) if case.is_major else case.facts
    promise = case.policy.match(urgent, event.at).target(kind)
    if promise.amount is None or (kind, about) in case.owed:
        return
    clock = case.open(kind, event.at, cycle=case.count(kind) + 1, target=promise)
    clock.about = ":".join(map(str, about)) if isinstance(about, tuple) else str(about)
    clock.note(event.at, "owed", **facts)
    case.owed[kind, about] = clock


def _done(clock: Clock | None, event: Event, by: str) -> None:
    if clock is not None and clock.is_live:
        clock.stop(event.at)
        clock.note(event.at, "stopped", by=by, verdict=str(clock.verdict))


class Reviews(Machine):
    """Every breach is reviewed, in office hours or, for a critical ticket or a major incident, in a day (§2.8)."""

    def noted(self, case: Case, event: Event) -> None:
        if event.type is Type.ESCALATED and event.data.get("is_breach"):
            _owe(case, Kind.BR, event, subject_of(event), clock=event.data["clock"])
        elif event.type is Type.REVIEWED:
            _done(case.owed.get((Kind.BR, subject_of(event))), event, "review")

    def settle(self, case: Case) -> None:
        """A breach that a late event disproved (R8) leaves nothing to review."""
        for (kind, about), clock in case.owed.items():
            if kind is not Kind.BR:
                continue
            judged = case.clocks.get((Kind(about[0]), about[1], about[2]))
            if judged is None or judged.verdict is not Verdict.MISSED:
                clock.verdict, clock.breached_at, clock.noticed_at = Verdict.CANCELLED, None, None
                clock.cancel(clock.started_at)


class KnowledgeDebt(Machine):
    """From a resolution that leaves an article to be written until that is done (§1.8)."""

    def moved(self, case: Case, event: Event, before: str) -> None:
        self._stated(case, event)

    def noted(self, case: Case, event: Event) -> None:
        """Settled later, or a waiver refused: then the debt begins with the refusal, also after closing."""
        if event.type is Type.KNOWLEDGE:
            self._stated(case, event)

    def _stated(self, case: Case, event: Event) -> None:
        state, clock = event.data.get("kb_state"), case.last(Kind.KBD)
        if state in OWING and case.state in SOLVED and (clock is None or not clock.is_live):
            _owe(case, Kind.KBD, event, case.count(Kind.KBD), state=state)
        elif state == "paid":
            _done(clock, event, "article")
        elif state == "waived" and clock is not None and clock.is_live:
            clock.cancel(event.at)
            clock.note(event.at, "waived")


class Justifications(Machine):
    """Whoever set a rule aside says within a day what was at stake (§1.7)."""

    def noted(self, case: Case, event: Event) -> None:
        if event.type is Type.BYPASSED:
            about = event.data.get("bypass_id") or -1 - case.count(Kind.BYP)
            _owe(case, Kind.BYP, event, about, guards=list(event.data.get("guards", ())))
        elif event.type is Type.JUSTIFIED:
            _done(self._owed(case, event), event, "justification")

    def _owed(self, case: Case, event: Event) -> Clock | None:
        """By the key of the bypass; the oldest logs did not name it, there the moment tells which one it was."""
        clock = case.owed.get((Kind.BYP, event.data.get("bypass_id")))
        if clock is not None or "bypassed_at" not in event.data:
            return clock
        at = datetime.fromisoformat(event.data["bypassed_at"])
        nameless = [one for (kind, about), one in case.owed.items() if kind is Kind.BYP and about < 0]
        return next((one for one in nameless if one.started_at == at), None)
