"""What time itself does to a ticket."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from accounts.enums import Actor
from common import clock
from tests import factories
from tickets.enums import EventType, ResolutionCode, State
from tickets.models import Ticket
from tickets.services.moving import move
from tickets.services.receiving import receive_message
from tickets.services.waking import wake_due

pytestmark = pytest.mark.django_db
START = datetime.fromisoformat("2026-11-23T10:00:00+03:00")


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def first() -> Actor:
    return factories.operator(1)


def asked(first: Actor, customer: Actor, **values: object) -> Ticket:
    """A ticket that waits for its customer."""
    ticket = factories.ticket(customer, **values)
    move(actor=first, ticket_id=ticket.pk, transition="accept")
    return move(
        actor=first,
        ticket_id=ticket.pk,
        transition="ask_customer",
        reason="info",
        message="Which server do you mean?",
        resume_at=clock.now() + timedelta(days=5),
    )


def pass_hours(time: time_machine.Traveller, hours: float) -> int:
    time.shift(timedelta(hours=hours))
    return wake_due(now=clock.now())


def test_a_silent_customer_is_reminded_twice_and_then_the_ticket_resolves(
    time: time_machine.Traveller, first: Actor
) -> None:
    ticket = asked(first, factories.contact(), category="IR.HOW")
    assert [pass_hours(time, 24), pass_hours(time, 24)] == [1, 1]
    assert ticket.events.filter(type=EventType.REMINDED).count() == 2
    assert pass_hours(time, 23.9) == 0
    assert pass_hours(time, 0.1) == 1
    ended = Ticket.objects.get(pk=ticket.pk)
    assert (ended.state, ended.resolution_code) == (State.RESOLVED, ResolutionCode.NO_RESPONSE)


def test_an_emergency_never_resolves_by_silence(time: time_machine.Traveller, first: Actor) -> None:
    ticket = asked(first, factories.contact(), category="EM.APP")
    for hours in (24, 24, 96, 96):
        pass_hours(time, hours)
    assert Ticket.objects.get(pk=ticket.pk).state == State.PENDING_CUSTOMER


def test_an_answer_stops_the_reminders(time: time_machine.Traveller, first: Actor) -> None:
    customer = factories.contact()
    ticket = asked(first, customer, category="IR.HOW")
    receive_message(actor=customer, ticket_id=ticket.pk, text="The second one.")
    assert pass_hours(time, 200) == 0
    assert Ticket.objects.get(pk=ticket.pk).state == State.IN_PROGRESS


@pytest.mark.parametrize(("category", "hours"), [("IR.HOW", 48), ("CR.DNS", 72), ("EM.APP", 120)])
def test_a_resolved_ticket_closes_when_its_customer_keeps_silent_long_enough(
    category: str, hours: int, time: time_machine.Traveller, first: Actor
) -> None:
    ticket = factories.ticket(category=category)
    move(actor=first, ticket_id=ticket.pk, transition="accept")
    move(
        actor=first,
        ticket_id=ticket.pk,
        transition="resolve",
        resolution_code="fixed",
        message="Done.",
        waive="trivial",
    )
    assert pass_hours(time, hours - 0.01) == 0
    assert pass_hours(time, 0.01) == 1
    assert Ticket.objects.get(pk=ticket.pk).state == State.CLOSED


def test_a_sweep_that_finds_nothing_due_does_nothing(time: time_machine.Traveller) -> None:
    factories.ticket()
    assert wake_due(now=clock.now()) == 0
