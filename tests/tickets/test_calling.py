"""The shift lead's console: who answers a ticket that nobody answers."""

import json
from datetime import timedelta

import pytest

from common import clock, live
from common.errors import Conflict, Invalid, NotAllowed
from tests import factories
from tests.tickets.desk import HTMX, client_of, counted
from tickets.models import Message, Ticket
from tickets.services.calling import call
from tickets.services.moving import move
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch, django_capture_on_commit_callbacks):
    """Bells of one call, as they leave."""
    heard: list[tuple[str, str]] = []
    monkeypatch.setattr(live.publishing._bell, "ring_all", heard.extend)

    def during(work) -> list[tuple[str, str]]:
        with django_capture_on_commit_callbacks(execute=True):
            work()
        return [(channel.rpartition(":")[2], json.loads(text)["kind"]) for channel, text in heard]

    return during


def test_one_click_gives_a_waiting_ticket_to_a_named_operator_who_hears_it_at_once(rung):
    ticket, chosen = factories.ticket(), factories.operator(2)
    lead = client_of(factories.operator(is_shift_lead=True))
    address, answers = f"/desk/tickets/{ticket.number}/call/", []
    bells = rung(lambda: answers.append(lead.post(address, {"assignee": chosen.user_id}, **HTMX)))
    assert answers[0].status_code == 204
    assert (str(chosen.user_id), "assigned") in bells
    given = Ticket.objects.get(pk=ticket.pk)
    assert (given.state, given.assignee_id) == ("triage", chosen.user_id)


def test_who_has_it_and_does_not_answer_keeps_it_and_somebody_else_is_called(rung):
    ticket, silent, other = factories.ticket(), factories.operator(), factories.operator()
    move(actor=silent, ticket_id=ticket.pk, transition="accept")
    lead = factories.operator(is_shift_lead=True)
    bells = rung(lambda: call(actor=lead, ticket_id=ticket.pk, user_id=other.user_id))
    assert (str(other.user_id), "called") in bells
    assert Ticket.objects.get(pk=ticket.pk).assignee_id == silent.user_id
    assert other.name in Message.objects.get(ticket=ticket, kind="note").text


def test_a_lead_without_anybody_on_shift_takes_it_himself():
    ticket, lead = factories.ticket(), factories.operator(is_shift_lead=True)
    client_of(lead).post(f"/desk/tickets/{ticket.number}/call/", {"assignee": ""})
    assert Ticket.objects.get(pk=ticket.pk).assignee_id == lead.user_id


def test_only_who_leads_the_shift_calls():
    ticket, chosen = factories.ticket(), factories.operator()
    for actor in (factories.operator(), factories.operator(is_service_manager=True)):
        with pytest.raises(NotAllowed):
            call(actor=actor, ticket_id=ticket.pk, user_id=chosen.user_id)
        page = client_of(actor).get("/desk/shift/").content.decode()
        assert ticket.number in page
        assert "/call/" not in page
    refused = client_of(factories.operator()).post(f"/desk/tickets/{ticket.number}/call/", **HTMX)
    assert refused.status_code == 403


def test_what_has_been_answered_meanwhile_calls_nobody():
    ticket, desk, lead = factories.ticket(), factories.operator(), factories.operator(is_shift_lead=True)
    reply(actor=desk, ticket_id=ticket.pk, text="Good morning.")
    with pytest.raises(Conflict):
        call(actor=lead, ticket_id=ticket.pk, user_id=desk.user_id)
    said = client_of(lead).post(f"/desk/tickets/{ticket.number}/call/", {"assignee": desk.user_id}, **HTMX)
    assert "answered meanwhile" in said["HX-Trigger"]


@pytest.mark.parametrize("chosen", [10**17, -1])
def test_a_person_who_is_no_operator_is_named_as_the_fault(chosen):
    with pytest.raises(Invalid):
        call(actor=factories.operator(is_shift_lead=True), ticket_id=factories.ticket().pk, user_id=chosen)


@pytest.mark.parametrize("value", ["x", "9" * 40, "²", "-1"])
def test_a_mistyped_choice_breaks_nothing(value):
    ticket, lead = factories.ticket(), factories.operator(is_shift_lead=True)
    answer = client_of(lead).post(f"/desk/tickets/{ticket.number}/call/", {"assignee": value}, **HTMX)
    assert answer.status_code == 204


@pytest.mark.parametrize("number", [1, 30])
def test_the_console_offers_every_colleague_on_shift_for_the_same_number_of_queries(number):
    lead = factories.operator(is_shift_lead=True)
    for _ in range(number):
        factories.ticket(received_at=clock.now() - timedelta(seconds=76))
        factories.OperatorFactory.create(line=2, on_shift=True)
    client = client_of(lead)
    with counted() as queries:
        page = client.get("/desk/shift/").content.decode()
    assert len(queries) == 10
    assert page.count("/call/") == 2 * number
    assert "button--bad" in page
