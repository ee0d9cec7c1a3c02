"""Who is calling, on the operator's screen; a call written down by hand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Contact, ContactAddress, Operator
from accounts.queries import contact_actor
from common import clock
from messaging.enums import CallState, Channel
from messaging.models import Call
from messaging.services.receiving import ensure_source
from tests import factories
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Operator:
    row: Operator = factories.OperatorFactory.create()
    client.force_login(row.user)
    return row


def call(number: int = 1, *, contact: Contact | None = None, **more: object) -> Call:
    values = {"state": CallState.QUEUED, "began_at": clock.now(), "caller": f"+7383200000{number}", **more}
    return Call.objects.create(
        source=ensure_source(Channel.PHONE, "office"), call_id=f"c-{number}", contact=contact, **values
    )


def shown(client: Client) -> str:
    return client.get("/desk/calls/").content.decode()


def test_a_waiting_call_shows_customer_and_open_tickets(client: Client, operator: Operator) -> None:
    contact = factories.ContactFactory.create()
    ticket = factories.ticket(contact_actor(contact))
    call(contact=contact)
    page = shown(client)
    assert contact.name in page
    assert contact.customer.name in page
    assert ticket.number in page


def test_an_unknown_number_is_said_to_be_unknown(client: Client, operator: Operator) -> None:
    call()
    assert "ask who it is" in shown(client)


def test_a_hostile_name_is_escaped(client: Client, operator: Operator) -> None:
    call(caller_name="<script>alert(1)</script>")
    assert "<script" not in shown(client)


def test_an_answered_call_is_shown_to_whoever_answered_only(client: Client, operator: Operator) -> None:
    call(1, state=CallState.ANSWERED, answered_at=clock.now(), operator=operator)
    call(2, state=CallState.ANSWERED, answered_at=clock.now(), operator=factories.OperatorFactory.create())
    page = shown(client)
    assert "+73832000001" in page
    assert "+73832000002" not in page


def test_a_call_that_its_exchange_forgot_is_not_shown_for_ever(client: Client, operator: Operator) -> None:
    call(began_at=clock.now() - timedelta(minutes=16))
    assert not shown(client).strip()


def test_the_panel_costs_the_same_for_one_call_and_for_five(client: Client, operator: Operator) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown(client)
        return len(queries)

    call(1, contact=factories.ContactFactory.create())
    one = cost()
    for number in range(2, 6):
        call(number, contact=factories.ContactFactory.create())
    assert cost() == one


def test_a_logged_call_is_answered_and_finds_its_contact(client: Client, operator: Operator) -> None:
    contact = factories.ContactFactory.create()
    ContactAddress.objects.create(contact=contact, kind="phone", value="+73832000011")
    form = {"who": "8 383 200-00-11", "subject": "Invoice", "text": "For October."}
    assert client.post("/desk/calls/log/", form).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.contact) == ("phone", contact)
    assert ticket.first_response_at is not None


def test_an_empty_form_keeps_what_was_typed(client: Client, operator: Operator) -> None:
    answer = client.post("/desk/calls/log/", {"who": "Anna", "subject": "", "text": "For October."})
    assert answer.status_code == 422
    assert "For October." in answer.content.decode()
