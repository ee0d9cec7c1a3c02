"""What got stuck is seen by operators, with its reason, and one click puts it on its way."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from messaging.enums import InboundState, OutboundState
from messaging.models import InboundMessage, OutboundMessage
from messaging.services.sending import Draft, enqueue
from tests import factories
from tests.messaging.factories import received

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(factories.OperatorFactory.create().user)
    return client


def parked(number: int = 1) -> InboundMessage:
    row = received(subject=f"Matter {number}")
    InboundMessage.objects.filter(pk=row.pk).update(
        state=InboundState.PARKED, reason="more than 500 parts", sender="it@customer.example"
    )
    return row


def dead(number: int = 1) -> OutboundMessage:
    row = enqueue(Draft(f"m:{number}", "it@customer.example", "Server", "Up."))
    OutboundMessage.objects.filter(pk=row.pk).update(state=OutboundState.DEAD, last_error="550 no such user")
    return row


def test_reasons_stand_on_the_page(operator: Client) -> None:
    parked()
    dead()
    page = operator.get("/channels/").content.decode()
    assert "more than 500 parts" in page
    assert "550 no such user" in page


def test_our_own_reasons_are_said_in_the_operators_language_and_a_servers_words_as_they_came(
    operator: Client,
) -> None:
    parked()
    dead()
    User.objects.update(language="ru")
    page = operator.get("/channels/").content.decode()
    assert "больше 500 частей" in page
    assert "550 no such user" in page


def test_one_click_reads_a_parked_message_again(operator: Client) -> None:
    row = parked()
    assert operator.post(f"/channels/received/{row.pk}/again/").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reason) == (InboundState.STORED, "")


def test_one_click_sends_an_undelivered_message_again(operator: Client) -> None:
    row = dead()
    assert operator.post(f"/channels/sent/{row.pk}/again/").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.attempts) == (OutboundState.QUEUED, 0)


def test_a_message_that_is_not_there_is_404_and_a_contact_sees_nothing(operator: Client) -> None:
    assert operator.post("/channels/received/999999/again/").status_code == 404
    operator.force_login(factories.ContactFactory.create().user)
    row = parked()
    assert operator.get("/channels/").status_code == 404
    assert operator.post(f"/channels/received/{row.pk}/again/").status_code == 404
    row.refresh_from_db()
    assert row.state == InboundState.PARKED


def test_the_page_costs_the_same_for_one_and_for_fifty(operator: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            operator.get("/channels/")
        return len(queries)

    parked(), dead()
    one = cost()
    for number in range(2, 50):
        parked(number), dead(number)
    assert cost() == one
