"""Opening tickets, and what the customer hears of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from accounts.enums import Actor
from common import clock
from common.errors import Invalid
from messaging.models import OutboundMessage
from tests import factories
from tickets.enums import Channel, EventType, MessageKind, State, Visibility
from tickets.models import Ticket
from tickets.services.creating import create_ticket
from tickets.services.noting import add_note
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db


def alert(**values: object) -> Ticket:
    defaults = {"subject": "Power lost", "body": "PDU 1A: input lost", "channel": Channel.MONITORING}
    return create_ticket(actor=Actor.monitoring("dc1"), **{**defaults, **values})  # type: ignore[arg-type]


def test_numbers_carry_the_year_and_follow_each_other() -> None:
    first, second = factories.ticket(), factories.ticket()
    year, serial = first.number.split("-")
    assert year == f"{clock.now():%y}"
    assert int(second.number.split("-")[1]) == int(serial) + 1
    assert len(serial) == 7


def test_a_new_ticket_waits_on_line_one_with_its_clock_running() -> None:
    ticket = factories.ticket()
    assert (ticket.state, ticket.line, ticket.assignee_id) == (State.NEW, 1, None)
    assert ticket.next_due_kind == "FR"
    assert ticket.next_due_at == ticket.received_at + timedelta(seconds=90)


def test_the_clock_starts_when_the_customer_spoke_not_when_the_desk_learned_of_it() -> None:
    spoke = clock.now() - timedelta(seconds=55)
    assert factories.ticket(received_at=spoke).next_due_at == spoke + timedelta(seconds=90)


def test_nobody_can_write_from_the_future() -> None:
    assert factories.ticket(received_at=clock.now() + timedelta(hours=1)).received_at <= clock.now()


def test_the_receipt_is_automatic_and_no_first_response() -> None:
    address = factories.MailAddressFactory.create()
    customer = factories.contact_actor(address.contact)
    ticket = factories.ticket(customer)
    receipt = OutboundMessage.objects.get(ticket_ref=ticket.number)
    assert receipt.to == address.value
    assert receipt.headers["Auto-Submitted"] == "auto-replied"
    assert Ticket.objects.get(pk=ticket.pk).first_response_at is None


def test_the_receipt_repeats_nothing_a_stranger_wrote() -> None:
    customer = factories.contact_actor(factories.MailAddressFactory.create().contact)
    factories.ticket(customer, body="Buy cheap watches at http://spam.example")
    assert "spam.example" not in OutboundMessage.objects.get().text


def test_a_human_reply_stops_the_clock_and_goes_out_by_mail() -> None:
    customer = factories.contact_actor(factories.MailAddressFactory.create().contact)
    operator, ticket = factories.operator(1), factories.ticket(customer)
    message = reply(actor=operator, ticket_id=ticket.pk, text="Good evening, I am looking at it.")
    answered = Ticket.objects.get(pk=ticket.pk)
    assert answered.first_response_at == message.occurred_at
    assert answered.next_due_kind != "FR"
    assert OutboundMessage.objects.filter(text__contains="I am looking at it").count() == 1


def test_an_automatic_reply_never_counts_as_a_first_response() -> None:
    ticket = factories.ticket()
    reply(actor=factories.operator(1), ticket_id=ticket.pk, text="We will answer soon.", is_automatic=True)
    assert Ticket.objects.get(pk=ticket.pk).first_response_at is None


def test_a_note_leaves_the_building_by_no_way_and_stops_no_clock() -> None:
    customer = factories.contact_actor(factories.MailAddressFactory.create().contact)
    ticket = factories.ticket(customer)
    before = OutboundMessage.objects.count()
    add_note(actor=factories.operator(1), ticket_id=ticket.pk, text="Look at the unpaid invoice.")
    assert OutboundMessage.objects.count() == before
    assert Ticket.objects.get(pk=ticket.pk).first_response_at is None


def test_answering_the_telephone_is_the_first_response() -> None:
    queued = clock.now() - timedelta(seconds=265)
    ticket = create_ticket(
        actor=factories.operator(1),
        subject="Site down",
        body="The caller says the site is down.",
        channel=Channel.PHONE,
        received_at=queued,
        answered_at=queued + timedelta(seconds=65),
    )
    clock_of_answer = ticket.clocks.get(kind="FR")
    assert (clock_of_answer.verdict, clock_of_answer.elapsed.total_seconds()) == ("met", 65)


def test_an_alerts_text_is_for_the_desk_only() -> None:
    first = alert().messages.get()
    assert (first.kind, first.visibility) == (MessageKind.NOTE, Visibility.INTERNAL)


def test_the_same_key_gives_the_same_ticket() -> None:
    assert alert(dedup_key="dc1:42").pk == alert(dedup_key="dc1:42").pk
    assert Ticket.objects.get().events.filter(type=EventType.CREATED).count() == 1


@pytest.mark.parametrize("values", [{"subject": "   "}, {"category": "NO.SUCH"}, {"body": ""}])
def test_a_ticket_without_sense_is_refused_and_nothing_is_kept(values: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        alert(**values)
    assert not Ticket.objects.exists()


def test_a_service_of_another_customer_cannot_be_smuggled_in() -> None:
    with pytest.raises(Invalid):
        factories.ticket(service=factories.ServiceFactory.create())


def test_nul_bytes_and_line_breaks_do_not_reach_the_subject() -> None:
    assert factories.ticket(subject="Disk\x00 full\r\nBcc: x").subject == "Disk full Bcc: x"


@override_settings(BASE_URL="https://desk.example")
def test_links_in_mail_come_from_the_setting() -> None:
    ticket = factories.ticket(factories.contact_actor(factories.MailAddressFactory.create().contact))
    assert f"https://desk.example/portal/requests/{ticket.number}/" in OutboundMessage.objects.get().text


def test_opening_a_ticket_costs_the_same_whatever_the_history() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            alert()
        return len(queries)

    cost()
    first = cost()
    for _number in range(50):
        alert()
    assert cost() == first
