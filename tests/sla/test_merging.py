"""Merges and their undoing: they win no time, bend no promise they do not raise, and leave nothing behind."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from accounts.enums import Actor
from common import clock
from common.errors import GuardRefused
from sla.engine.events import Type
from sla.engine.fold import Brought
from sla.engine.terms import Kind, Verdict
from sla.models import Breach, Clock, PolicyVersion
from sla.queries import rulebook
from sla.services import enforcing, rebuilding
from tests import factories
from tests.sla.scenes import Scene, at
from tickets.models import Ticket
from tickets.services.moving import BypassRequest, move
from tickets.services.receiving import receive_message
from tickets.services.replying import reply

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
RULE = BypassRequest(why="the night has no time for it", risk="none")


@pytest.fixture
def lead(db: None) -> Actor:
    return factories.operator(1, is_shift_lead=True)


def answered(lead: Actor, who: Actor) -> Ticket:
    ticket = factories.ticket(who)
    move(actor=lead, ticket_id=ticket.pk, transition="accept")
    reply(actor=lead, ticket_id=ticket.pk, text="Good morning, we are on it.")
    return ticket


def ask_again(who: Actor, ticket: Ticket) -> None:
    receive_message(actor=who, ticket_id=ticket.pk, text="And what about now? Any news on it?")


def merge(lead: Actor, ticket: Ticket, into: Ticket) -> None:
    move(actor=lead, ticket_id=ticket.pk, transition="merge", target=into.number, leak_checked=True)


def agree(*tickets: Ticket) -> bool:
    return [drift for one in tickets for drift in rebuilding.drifts(Ticket.objects.get(pk=one.pk))] == []


def next_responses() -> list[str]:
    """Numbers of tickets with a standing miss of the next response."""
    rows = Breach.objects.filter(kind="NR", retracted_at__isnull=True)
    return list(rows.order_by("pk").values_list("ticket__number", flat=True))


def brings(elapsed: timedelta = MINUTE, since: str | None = None):
    return lambda ticket_id, when: Brought(elapsed, at(since) if since else None)


# -- the engine ------------------------------------------------------------------------------------------------------


def test_merge_that_raises_nothing_leaves_a_promise_bent_by_rule_one_alone():
    scene = (
        Scene(priority=2)
        .reply("10:00:30")
        .say("11:30", Type.RECLASSIFIED, priority=1, reason="impact_grew", mode="from_change")
    )
    scene.say("11:40", Type.MERGED_IN, source_id=9, priority=1)
    resolution = scene.fold("11:50", sources=brings()).of(Kind.RES)[-1]
    assert (resolution.due_at, resolution.verdict) == (at("12:30"), Verdict.RUNNING)


def test_merge_that_raises_the_priority_makes_the_promise_stricter():
    scene = Scene(priority=3).reply("10:00:30").say("10:10", Type.MERGED_IN, source_id=9, priority=1)
    assert scene.fold("10:20", sources=brings()).of(Kind.RES)[-1].due_at == at("11:00")


def test_misclassified_is_set_right_from_the_start_also_after_rule_one():
    scene = Scene(priority=2).reply("10:00:30")
    scene.say("11:30", Type.RECLASSIFIED, priority=1, reason="impact_grew", mode="from_change")
    scene.say("11:40", Type.RECLASSIFIED, priority=1, reason="misclassified", mode="retro")
    assert scene.clock(Kind.RES, "11:41").breached_at == at("11:00")


def test_second_word_to_a_waiting_customer_owes_no_news():
    scene = Scene(priority=2).reply("10:00:30").move("10:01", "pending_customer").reply("10:02")
    news = scene.clock(Kind.PU, "23:00")
    assert (news.is_running, news.verdict) == (False, Verdict.RUNNING)


def test_major_incident_on_a_resolved_ticket_owes_no_news():
    scene = Scene(priority=1).reply("10:00:30").move("10:05", "resolved")
    scene.say("10:06", Type.MAJOR, major_state="declared")
    assert [one for one in scene.fold("12:00").of(Kind.PU) if one.is_live] == []


def test_waiting_message_of_a_merged_ticket_waits_for_the_first_response_of_the_other():
    scene = Scene(priority=2).say("10:01", Type.MERGED_IN, source_id=9)
    assert scene.fold("10:02", sources=brings(since="10:00:50")).of(Kind.NR) == []


# -- the services ----------------------------------------------------------------------------------------------------


def test_missed_answer_counts_once_though_the_ticket_is_merged(lead):
    who = factories.contact()
    with time_machine.travel(clock.now(), tick=False) as time:
        one, other = answered(lead, who), answered(lead, who)
        time.shift(MINUTE)
        ask_again(who, one)
        time.shift(8 * HOUR)
        enforcing.tick(now=clock.now())
        merge(lead, one, other)
        time.shift(MINUTE)
        enforcing.tick(now=clock.now())
        assert next_responses() == [one.number]
        assert agree(one, other)


def test_clock_of_an_undone_merge_can_be_missed_again(lead):
    who = factories.contact()
    with time_machine.travel(clock.now(), tick=False) as time:
        one, other = answered(lead, who), answered(lead, who)
        time.shift(MINUTE)
        ask_again(who, one)
        merge(lead, one, other)
        time.shift(8 * HOUR)
        enforcing.tick(now=clock.now())
        assert other.number in next_responses()
        move(actor=lead, ticket_id=one.pk, transition="unmerge")
        assert other.number not in next_responses()
        time.shift(MINUTE)
        ask_again(who, other)
        time.shift(8 * HOUR)
        enforcing.tick(now=clock.now())
        assert Clock.objects.get(ticket=other, kind="NR", cycle=1).verdict == "missed"
        assert other.number in next_responses()
        assert agree(one, other)


def test_undone_merge_gives_the_survivor_its_own_priority_back(lead):
    who = factories.contact()
    one, other = answered(lead, who), answered(lead, who)
    move(
        actor=lead, ticket_id=one.pk, transition="reclassify", reason="misclassified", category="EM.VM", impact=1,
        urgency=1, service_unknown="not told", bypass=RULE,
    )  # fmt: skip
    before = Ticket.objects.get(pk=other.pk).priority
    due = Clock.objects.get(ticket=other, kind="RES").due_at
    merge(lead, one, other)
    assert Ticket.objects.get(pk=other.pk).priority == 1 < before
    move(actor=lead, ticket_id=one.pk, transition="unmerge")
    assert Ticket.objects.get(pk=other.pk).priority == before
    assert Clock.objects.get(ticket=other, kind="RES").due_at == due
    assert agree(one, other)


@pytest.mark.django_db
def test_no_reason_lets_anybody_wait_for_a_customer_who_was_never_answered():
    operator, ticket = factories.operator(2), factories.ticket()
    move(actor=factories.operator(1), ticket_id=ticket.pk, transition="accept", assignee=None)
    move(
        actor=factories.operator(1, is_shift_lead=True), ticket_id=ticket.pk, transition="classify", category="EM.VM",
        impact=2, urgency=2, service_unknown="not told", line=2, bypass=RULE,
    )  # fmt: skip
    move(actor=operator, ticket_id=ticket.pk, transition="take")
    later = clock.now() + HOUR
    with pytest.raises(GuardRefused) as refused:
        move(
            actor=operator, ticket_id=ticket.pk, transition="ask_vendor", reason="hardware", vendor_case="V-1",
            vendor_contract="UC-1", vendor_eta=later, resume_at=later, bypass=RULE,
        )  # fmt: skip
    assert refused.value.guard == "G-FR"


@pytest.mark.django_db(transaction=True)
def test_answer_on_the_survivor_and_an_undone_merge_do_not_wait_for_each_other_in_a_circle():
    lead, who = factories.operator(1, is_shift_lead=True), factories.contact()
    for _round in range(6):
        one = factories.ticket(who)
        other = answered(lead, who)
        merge(lead, one, other)
        barrier = threading.Barrier(2, timeout=20)

        def undo(pk: int = one.pk, gate: threading.Barrier = barrier) -> None:
            gate.wait()
            move(actor=lead, ticket_id=pk, transition="unmerge")

        def answer(pk: int = other.pk, gate: threading.Barrier = barrier) -> None:
            gate.wait()
            reply(actor=lead, ticket_id=pk, text="Still on it, an hour more.")

        with ThreadPoolExecutor(2) as pool:
            done = [pool.submit(_closing, work) for work in (undo, answer)]
            assert [one_done.exception() for one_done in done] == [None, None]
        assert agree(one, other)


def _closing(work) -> None:
    try:
        work()
    finally:
        connection.close()


@pytest.mark.django_db
def test_version_published_before_a_planned_one_is_seen_by_every_process():
    """What a process looks at to know whether its rules are fresh changes with either publication."""
    rulebook.rulebook()
    PolicyVersion.objects.create(title="Next month", published_at=clock.now() + timedelta(days=30))
    planned = rulebook._stamp()
    PolicyVersion.objects.create(title="Now", published_at=clock.now() + timedelta(seconds=5))
    assert rulebook._stamp() != planned
