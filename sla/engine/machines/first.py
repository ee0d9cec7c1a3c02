"""The first word: first response (FR) and the notice that a client gets of our own alert (CN)."""

from __future__ import annotations

from datetime import timedelta

from sla.engine.case import Case, is_human_reply
from sla.engine.events import Event
from sla.engine.machines.base import Machine, obey, stop_by
from sla.engine.states import FIRST_RESPONSE, NOTICE, OPEN, Does
from sla.engine.terms import Kind, Target

BY_CUSTOMER = frozenset({"solved_by_customer", "confirm"})


def ending(does: Does, event: Event) -> Does:
    """A ticket that ends without one of us having spoken was not answered: the clock is void, not met."""
    by_us = bool(event.data.get("human", True)) and event.data.get("transition") not in BY_CUSTOMER
    return Does.CANCEL if does is Does.STOP and not by_us else does


class FirstResponse(Machine):
    """Never pauses, survives a merge; a person must answer (§2.4)."""

    def created(self, case: Case, event: Event) -> None:
        # A caller who hung up within the 90 seconds is left out of the first response (§2.4): only the call-back is owed.
        if case.outbound or event.data.get("abandoned"):
            return
        case.open(Kind.FR, event.at)

    def message(self, case: Case, event: Event) -> None:
        clock = case.last(Kind.FR)
        if clock is not None and clock.is_live and is_human_reply(event, case.flags):
            stop_by(clock, event, "reply")

    def moved(self, case: Case, event: Event, before: str) -> None:
        clock = case.last(Kind.FR)
        if before == "resolved" and case.state == "new":
            # The alert came back before anybody had looked at it: the promise starts afresh.
            case.open(Kind.FR, event.at, cycle=case.count(Kind.FR) + 1)
            return
        if clock is None or not clock.is_live:
            return
        accepted = event.data.get("transition") == "accept" and bool(event.data.get("human", True))
        if accepted and case.facts.channel == "monitoring":
            stop_by(clock, event, "accept")
        else:
            obey(clock, ending(FIRST_RESPONSE[case.state], event), event, case.state)


class ClientNotice(Machine):
    """How soon the client hears from us unasked: of an alert, or by the call that answers a missed one (R29)."""

    def created(self, case: Case, event: Event) -> None:
        seconds = event.data.get("call_back_s")
        if seconds:
            case.open(Kind.CN, event.at, target=Target(timedelta(seconds=float(seconds))))
            return
        self._open(case, event)

    def rematched(self, case: Case, event: Event) -> None:
        """A client who becomes known only now is owed the notice from now on."""
        if case.last(Kind.CN) is None and case.state in OPEN:
            self._open(case, event)

    def _open(self, case: Case, event: Event) -> None:
        wanted = case.facts.channel == "monitoring" and case.customer_id and case.flags.notify_on_monitoring
        if wanted and not case.outbound and case.terms.target(Kind.CN).amount is not None:
            case.open(Kind.CN, event.at)

    def message(self, case: Case, event: Event) -> None:
        clock = case.clock(Kind.CN, 1)
        if clock is not None and event.data.get("kind") == "reply" and event.data.get("public", True):
            stop_by(clock, event, "notice")

    def moved(self, case: Case, event: Event, before: str) -> None:
        clock = case.clock(Kind.CN, 1)
        if clock is not None and clock.is_live:
            obey(clock, ending(NOTICE[case.state], event), event, case.state)
