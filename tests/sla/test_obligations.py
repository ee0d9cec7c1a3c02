"""What the desk owes itself afterwards: reviews (BR), articles (KBD), reasons of bypasses (BYP)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sla.engine.calendars import C247
from sla.engine.clock import Clock
from sla.engine.events import Type
from sla.engine.terms import OBLIGATIONS, Facts, Kind, Target, Terms, Verdict
from sla.engine.thresholds import ahead
from sla.services.queueing import next_due
from tests.sla.scenes import Promises, Scene, at

HOUR = timedelta(hours=1)
PROMISED = frozenset(Kind) - OBLIGATIONS


class Owed(Promises):
    """The targets of the scenes, and a day for each obligation; a review takes 18 hours, of a critical ticket 24."""

    def match(self, facts: Facts, at: datetime) -> Terms:
        terms = super().match(facts, at)
        owed = {
            (Kind.BR, 0): Target(24 * HOUR if facts.priority == 1 else 18 * HOUR, C247),
            (Kind.KBD, 0): Target(24 * HOUR),
            (Kind.BYP, 0): Target(24 * HOUR),
        }
        return replace(terms, targets={**terms.targets, **owed})


def scene(**values: object) -> Scene:
    return Scene(policy=Owed(), **values)  # type: ignore[arg-type]


def breach(scene: Scene, when: str, kind: str, cycle: int = 1, line: int = 0) -> Scene:
    return scene.say(
        when, Type.ESCALATED, clock=kind, cycle=cycle, clock_line=line, threshold=100, is_breach=True
    )


def reviewed(scene: Scene, when: str, kind: str, cycle: int = 1) -> Scene:
    return scene.say(when, Type.REVIEWED, clock=kind, cycle=cycle, clock_line=0)


def verdicts(scene: Scene, kind: Kind, as_of: str | None = None) -> list[tuple[Verdict, bool]]:
    return [(clock.verdict, clock.is_live) for clock in scene.fold(as_of).of(kind)]


def test_several_breaches_are_owed_a_review_each_and_a_review_stops_its_own():
    told = breach(breach(scene(), "10:01:30", "FR"), "14:00", "RES")
    assert verdicts(told, Kind.BR, "14:01") == [(Verdict.RUNNING, True), (Verdict.RUNNING, True)]
    reviewed(told, "15:00", "RES")
    assert verdicts(told, Kind.BR, "15:01") == [(Verdict.RUNNING, True), (Verdict.MET, False)]
    reviewed(told, "16:00", "FR")
    assert verdicts(told, Kind.BR, "16:01") == [(Verdict.MET, False), (Verdict.MET, False)]


def test_the_same_breach_told_twice_is_owed_one_review():
    told = breach(breach(scene(), "10:01:30", "FR"), "10:01:31", "FR")
    assert len(told.fold("10:02").of(Kind.BR)) == 1


def test_a_warning_owes_no_review():
    told = scene().say(
        "12:00", Type.ESCALATED, clock="RES", cycle=1, clock_line=0, threshold=50, is_breach=False
    )
    assert told.fold("12:01").of(Kind.BR) == []


@pytest.mark.parametrize(("priority", "hours"), [(1, 24), (2, 18)])
def test_a_critical_ticket_is_reviewed_in_a_day_of_the_clock(priority: int, hours: int):
    told = breach(scene(priority=priority), "10:01:30", "FR")
    assert told.clock(Kind.BR, "10:02").target == hours * HOUR


def test_a_declared_major_incident_is_reviewed_like_a_critical_ticket():
    told = breach(scene().say("10:01", Type.MAJOR, major_state="declared"), "10:01:30", "FR")
    assert told.clock(Kind.BR, "10:02").target == 24 * HOUR


def test_a_late_event_that_disproves_the_breach_voids_its_review():
    told = breach(scene(), "10:01:30", "FR")
    assert verdicts(told, Kind.BR, "10:05") == [(Verdict.RUNNING, True)]
    told.reply("10:01")
    assert verdicts(told, Kind.BR, "10:05") == [(Verdict.CANCELLED, False)]


@pytest.mark.parametrize("state", ["closed", "cancelled", "merged", "spam"])
def test_the_end_of_a_ticket_stops_every_clock_but_the_obligations(state: str):
    told = breach(scene().reply("10:00:30"), "14:00", "RES")
    told.say("14:05", Type.BYPASSED, bypass_id=7, guards=["G-UP"])
    if state == "closed":
        told.move("14:10", "resolved", human=True, kb_state="owed")
    told.move("14:20", state, human=True)
    clocks = told.fold("14:30").clocks
    live = {clock.kind for clock in clocks if clock.is_live}
    assert {Kind.BR, Kind.BYP} <= live
    if state != "spam":  # hidden clocks of spam run on, unseen (F09)
        assert not live & PROMISED
        assert all(not clock.is_running for clock in clocks if clock.kind in PROMISED)
    assert (Kind.KBD in live) == (state == "closed")


def test_a_pause_does_not_stop_what_is_owed():
    told = scene().reply("10:00:30").say("10:10", Type.BYPASSED, bypass_id=1, guards=["G-UP"])
    told.move("10:20", "pending_customer")
    assert told.clock(Kind.BYP, "12:00").elapsed(at("12:00")) == timedelta(hours=1, minutes=50)


def test_obligations_warn_at_80_and_100_per_cent_of_their_target():
    told = scene().say("10:10", Type.BYPASSED, bypass_id=1, guards=["G-UP"])
    start = at("10:10")
    assert ahead(told.clock(Kind.BYP, "10:11")) == [(80, start + 19.2 * HOUR), (100, start + 24 * HOUR)]


def test_obligations_never_order_the_queue():
    told = breach(scene().reply("10:00:30"), "14:00", "RES").say(
        "14:01", Type.BYPASSED, bypass_id=1, guards=["G-UP"]
    )
    told.move("14:02", "resolved", human=True, kb_state="stub")
    owed = [clock for clock in told.fold("14:03").clocks if clock.kind in OBLIGATIONS]
    assert {clock.kind for clock in owed} == OBLIGATIONS
    assert next_due(owed) == (None, "")


def bypassed(scene: Scene, when: str, **data: object) -> Scene:
    return scene.say(when, Type.BYPASSED, guards=["G-UP"], **data)


def test_each_bypass_is_justified_by_itself():
    told = bypassed(bypassed(scene(), "10:10", bypass_id=4), "10:20", bypass_id=9)
    told.say("10:30", Type.JUSTIFIED, bypass_id=9)
    assert verdicts(told, Kind.BYP, "10:31") == [(Verdict.RUNNING, True), (Verdict.MET, False)]


def test_a_bypass_logged_without_its_key_is_found_by_its_moment():
    told = bypassed(bypassed(scene(), "10:10"), "10:20")
    told.say("10:30", Type.JUSTIFIED, bypass_id=2, bypassed_at=at("10:20").isoformat())
    assert verdicts(told, Kind.BYP, "10:31") == [(Verdict.RUNNING, True), (Verdict.MET, False)]


def test_a_bypass_without_a_key_is_never_taken_for_the_one_that_has_that_number():
    told = bypassed(bypassed(scene(), "10:10"), "10:20", bypass_id=1)
    assert len(told.fold("10:21").of(Kind.BYP)) == 2
    told.say("10:30", Type.JUSTIFIED, bypass_id=1, bypassed_at=at("10:20").isoformat())
    assert verdicts(told, Kind.BYP, "10:31") == [(Verdict.RUNNING, True), (Verdict.MET, False)]


def test_a_justification_of_an_unknown_bypass_stops_nothing():
    told = bypassed(scene(), "10:10", bypass_id=4).say("10:30", Type.JUSTIFIED, bypass_id=5)
    assert verdicts(told, Kind.BYP, "10:31") == [(Verdict.RUNNING, True)]


def resolved(kb_state: str) -> Scene:
    return scene().reply("10:00:30").move("10:10", "resolved", human=True, kb_state=kb_state)


def debt(scene: Scene, as_of: str) -> Clock:
    return scene.clock(Kind.KBD, as_of)


@pytest.mark.parametrize("kb_state", ["owed", "stub"])
def test_a_resolution_without_a_readable_article_owes_one_in_a_day(kb_state: str):
    assert debt(resolved(kb_state), "10:11").due_at == at("10:10", day=24)


@pytest.mark.parametrize("kb_state", ["paid", "waived", "none"])
def test_a_resolution_with_an_article_or_a_waiver_owes_nothing(kb_state: str):
    assert resolved(kb_state).fold("10:11").of(Kind.KBD) == []


def test_an_article_pays_and_the_moment_it_could_be_read_decides():
    told = resolved("stub").say("11:00", Type.KNOWLEDGE, kb_state="paid", article="KB-0001")
    assert (debt(told, "12:00").verdict, debt(told, "12:00").stopped_at) == (Verdict.MET, at("11:00"))


def test_a_draft_begun_later_pays_nothing():
    told = resolved("owed").say("11:00", Type.KNOWLEDGE, kb_state="stub", article="KB-0001")
    assert verdicts(told, Kind.KBD, "12:00") == [(Verdict.RUNNING, True)]


@pytest.mark.parametrize("state", ["resolved", "closed"])
def test_a_waiver_refused_starts_the_debt_with_the_refusal(state: str):
    told = resolved("waived")
    if state == "closed":
        told.move("10:20", "closed")
    told.say("11:00", Type.KNOWLEDGE, kb_state="owed")
    assert debt(told, "11:01").started_at == at("11:00")
    assert debt(told, "11:01").due_at == at("11:00", day=24)


def test_a_waiver_refused_while_the_ticket_is_open_waits_for_the_next_resolution():
    told = resolved("waived").move("10:20", "in_progress").say("11:00", Type.KNOWLEDGE, kb_state="owed")
    assert told.fold("11:01").of(Kind.KBD) == []


def test_reopening_neither_stops_nor_doubles_the_debt():
    told = (
        resolved("stub").move("10:20", "in_progress").move("10:40", "resolved", human=True, kb_state="stub")
    )
    assert [clock.started_at for clock in told.fold("11:00").of(Kind.KBD)] == [at("10:10")]


def test_a_debt_after_a_paid_one_is_a_new_clock():
    told = resolved("stub").say("10:15", Type.KNOWLEDGE, kb_state="paid")
    told.move("10:20", "in_progress").move("10:40", "resolved", human=True, kb_state="stub")
    assert verdicts(told, Kind.KBD, "11:00") == [(Verdict.MET, False), (Verdict.RUNNING, True)]


def test_a_waiver_given_at_the_next_resolution_ends_the_debt_without_counting():
    told = (
        resolved("stub").move("10:20", "in_progress").move("10:40", "resolved", human=True, kb_state="waived")
    )
    assert verdicts(told, Kind.KBD, "11:00") == [(Verdict.CANCELLED, False)]
