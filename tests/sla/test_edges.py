"""Twenty hands on one ticket, and an answer that arrives in the very moment of its deadline."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django.db.models import QuerySet

from accounts.enums import Actor
from common import clock
from common.errors import Conflict
from sla.models import Breach, Clock
from sla.services import enforcing
from tests import factories
from tests.sla.invariants import broken, look
from tests.sla.test_races import together
from tickets.enums import EventType
from tickets.models import Ticket, TicketEvent
from tickets.services.moving import move
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 20
TICK = timedelta(microseconds=1)
# Each leads out of «in progress», from where alone the others start: whoever is first has it.
WAYS_OUT: list[dict[str, Any]] = [
    {"transition": "hand_up", "reason": "no_rights", "done": "Read the log, restarted the service."},
    {"transition": "reassign", "reason": "workload"},
    {"transition": "ask_customer", "reason": "info", "message": "Which server?", "resume_at": "2099-01-01T00:00:00Z"},
    {"transition": "resolve", "resolution_code": "fixed", "message": "Restarted.", "waive": "A one-off."},
]  # fmt: skip


@contextmanager
def without_row_locks() -> Iterator[None]:
    """The same services on the same database, but nobody waits for anybody."""

    def unlocked(self: QuerySet[Any], **_options: Any) -> QuerySet[Any]:
        return self.all()

    with mock.patch.object(QuerySet, "select_for_update", unlocked):
        yield


def ticket_in_work(lead: Actor) -> Ticket:
    ticket = factories.ticket(category="EM.APP", received_at=clock.now() - timedelta(seconds=30))
    move(actor=lead, ticket_id=ticket.pk, transition="accept")
    return move(
        actor=lead, ticket_id=ticket.pk, transition="classify", category="EM.APP", impact=2, urgency=2,
        service_unknown="not told", message="We look into it.", line=1,
    )  # fmt: skip


def rush(ticket: Ticket, lead: Actor) -> list[type]:
    """All at once; returns what each got: the ticket, or the error."""
    results: list[type] = []

    def work(index: int) -> None:
        try:
            results.append(type(move(actor=lead, ticket_id=ticket.pk, **WAYS_OUT[index % len(WAYS_OUT)])))
        except (Conflict, OperationalError) as error:
            results.append(type(error))

    together(CROWD, work)
    return results


def test_of_twenty_transitions_at_once_exactly_one_wins_and_every_rule_holds() -> None:
    lead = factories.operator(is_shift_lead=True)
    ticket = ticket_in_work(lead)
    moves = TicketEvent.objects.filter(ticket=ticket, type=EventType.MOVED)
    before = moves.count()
    assert Counter(rush(ticket, lead)) == {Ticket: 1, Conflict: CROWD - 1}
    assert moves.count() == before + 1
    assert broken(look(ticket.pk, clock.now())) == []


def test_control_without_the_row_lock_several_win_and_the_log_contradicts_itself() -> None:
    lead = factories.operator(is_shift_lead=True)
    for _attempt in range(5):
        ticket = ticket_in_work(lead)
        with without_row_locks():
            won = rush(ticket, lead).count(Ticket)
        if won > 1:
            break
    assert won > 1
    assert any("I1" in wrong for wrong in broken(look(ticket.pk, clock.now())))


def edge(offset: timedelta) -> tuple[Ticket, datetime]:
    """An unanswered ticket, answered `offset` after its ninety seconds while the sweep looks one tick after them."""
    desk = factories.operator()
    ticket = factories.ticket(received_at=clock.now() - timedelta(seconds=90))
    due = ticket.received_at + timedelta(seconds=90)

    def work(index: int) -> None:
        if index:
            enforcing.tick(now=due + 2 * TICK)
        else:
            reply(actor=desk, ticket_id=ticket.pk, text="Good morning!", at=due + offset)

    together(2, work)
    enforcing.tick(now=due + 2 * TICK)
    return ticket, due


def test_answer_at_the_deadline_is_in_time_whether_or_not_the_sweep_was_faster() -> None:
    for _round in range(6):
        ticket, due = edge(timedelta(0))
        assert Clock.objects.get(ticket=ticket, kind="FR").verdict == "met"
        assert not Breach.objects.filter(ticket=ticket, kind="FR", retracted_at=None).exists()
        assert broken(look(ticket.pk, due + 2 * TICK)) == []


def test_answer_just_after_the_deadline_is_late_and_recorded_once() -> None:
    for _round in range(6):
        ticket, due = edge(TICK)
        assert Clock.objects.get(ticket=ticket, kind="FR").verdict == "missed"
        assert Breach.objects.get(ticket=ticket, kind="FR", retracted_at=None).breached_at == due
        told = TicketEvent.objects.filter(ticket=ticket, type=EventType.ESCALATED, payload__clock="FR")
        assert told.filter(payload__threshold=90).count() == 1
        assert broken(look(ticket.pk, due + 2 * TICK)) == []
