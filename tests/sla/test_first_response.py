"""The first response without embellishment: who, human or not, which message, and whether it arrived (§2.4)."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.enums import Actor
from accounts.models import Contact
from accounts.queries import contact_actor
from common import clock
from messaging.enums import OutboundState
from messaging.models import OutboundMessage
from sla.queries.answers import FirstResponse, Way
from sla.services import explaining
from tests import factories
from tests.tickets.desk import client_of
from tickets.enums import Channel
from tickets.models import Message, Ticket
from tickets.queries.delivery import Reached
from tickets.services.creating import create_ticket
from tickets.services.moving import move
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def first(ticket: Ticket) -> FirstResponse:
    return explaining.explain(Ticket.objects.get(pk=ticket.pk)).first


def page(ticket: Ticket) -> str:
    shown = client_of(factories.operator()).get(f"/sla/tickets/{ticket.pk}/clocks/")
    return " ".join(shown.content.decode().split())


@pytest.fixture
def mailed() -> Ticket:
    """A request by mail of a contact with a mail address."""
    address = factories.MailAddressFactory.create()
    return factories.ticket(contact_actor(address.contact), channel=Channel.MAIL)


def answer(ticket: Ticket, seconds: float = 41, **values) -> Message:
    desk = factories.operator()
    return reply(
        actor=desk,
        ticket_id=ticket.pk,
        text="We are looking.",
        at=ticket.received_at + seconds * SECOND,
        **values,
    )


def sent(message: Message, **values) -> None:
    OutboundMessage.objects.filter(key=f"message:{message.pk}").update(**values)


def test_an_answer_names_who_when_and_by_which_message(mailed):
    message = answer(mailed)
    found = first(mailed)
    assert (found.way, found.who, found.is_human) == (Way.MESSAGE, message.author_name, True)
    assert (found.message_id, found.channel, found.took) == (message.pk, "mail", 41 * SECOND)
    assert found.delivery.reached is Reached.QUEUED
    assert f"Answered by {message.author_name} in 0:41" in page(mailed)
    assert "on its way" in page(mailed)


def test_a_delivered_answer_says_how_much_later(mailed):
    message = answer(mailed)
    sent(message, state=OutboundState.SENT, sent_at=message.occurred_at + 43 * SECOND)
    found = first(mailed)
    assert (found.delivery.reached, found.lag) == (Reached.DELIVERED, 43 * SECOND)
    assert "delivered 0:43 later" in page(mailed)


def test_an_answer_that_was_refused_says_so_with_the_reason(mailed):
    message = answer(mailed)
    sent(message, state=OutboundState.DEAD, last_error="552 mailbox full")
    assert first(mailed).delivery.reached is Reached.FAILED
    assert "not delivered: 552 mailbox full" in page(mailed)


def test_a_delayed_answer_is_not_called_delivered(mailed):
    message = answer(mailed)
    sent(message, state=OutboundState.FAILED, last_error="451 try later", next_attempt_at=Now())
    assert first(mailed).delivery.reached is Reached.DELAYED
    assert "it is tried again: 451 try later" in page(mailed)


def test_an_automatic_receipt_does_not_count_and_is_listed_as_such(mailed):
    found = first(mailed)
    assert (found.way, [one.what for one in found.automatic]) == (Way.WAITING, ["receipt"])
    assert "No person has answered yet." in page(mailed)
    assert "automatic receipt 0:0" in page(mailed)
    assert "does not count" in page(mailed)


def test_an_automatic_reply_is_no_answer_either(mailed):
    reply(actor=Actor.system(), ticket_id=mailed.pk, text="Thank you.", is_automatic=True)
    found = first(mailed)
    assert (found.way, [one.what for one in found.automatic]) == (Way.WAITING, ["receipt", "message"])


def test_what_machines_send_after_the_answer_is_not_held_against_it(mailed):
    answer(mailed, seconds=-0.0)
    OutboundMessage.objects.filter(key=f"ack:{mailed.pk}").update(created_at=clock.now() + timedelta(hours=1))
    assert first(mailed).automatic == []


def test_an_answer_in_the_portal_is_shown_there_and_sent_nowhere():
    ticket = factories.ticket()
    answer(ticket)
    assert first(ticket).delivery.reached is Reached.PORTAL
    assert "shown in the portal" in page(ticket)


def test_an_answer_that_nobody_can_have_read_is_named():
    contact = factories.ContactFactory.create(user=None)
    ticket = factories.ticket(contact_actor(contact))
    answer(ticket)
    assert first(ticket).delivery.reached is Reached.NOWHERE
    assert "sent nowhere" in page(ticket)


def test_a_call_is_answered_by_who_picked_it_up():
    desk, contact = factories.operator(), factories.ContactFactory.create()
    start = clock.now() - timedelta(minutes=5)
    ticket = create_ticket(
        actor=desk, subject="Down", body="All is down.", channel=Channel.PHONE, contact=contact, received_at=start,
        answered_at=start + 10 * SECOND,
    )  # fmt: skip
    found = first(ticket)
    assert (found.way, found.who, found.took) == (Way.CALL, desk.name, 10 * SECOND)
    assert found.delivery.reached is Reached.SPOKEN
    assert f"The call was answered by {desk.name} in 0:10" in page(ticket)


def test_an_alert_is_answered_by_who_accepted_it():
    ticket = create_ticket(
        actor=Actor.monitoring("zabbix"), subject="Host down", body="No ping.", channel=Channel.MONITORING
    )
    desk = factories.operator()
    move(actor=desk, ticket_id=ticket.pk, transition="accept", at=ticket.received_at + 50 * SECOND)
    found = first(ticket)
    assert (found.way, found.who, found.took) == (Way.ACCEPTED, desk.name, 50 * SECOND)
    assert f"The alert was accepted by {desk.name} in 0:50" in page(ticket)


def test_an_answer_on_the_survivor_of_a_merge_is_found_there():
    contact = factories.ContactFactory.create(customer=factories.CustomerFactory.create())
    source, target = (factories.ticket(contact_actor(contact)) for _ in range(2))
    lead = factories.operator(is_shift_lead=True)
    move(actor=lead, ticket_id=source.pk, transition="merge", target=target.number, leak_checked=True)
    message = answer(target, seconds=60)
    found = first(source)
    assert (found.way, found.message_id, found.ticket) == (Way.MESSAGE, message.pk, target.number)
    assert found.who == message.author_name


def test_a_request_that_the_customer_withdrew_owes_nobody_an_answer():
    contact = factories.contact()
    ticket = factories.ticket(contact)
    move(actor=contact, ticket_id=ticket.pk, transition="solved_by_customer")
    assert first(ticket).way is Way.VOID
    assert "Nobody had to give a first answer." in page(ticket)


def test_a_ticket_that_we_opened_has_no_first_response():
    contact = Contact.objects.get(pk=factories.contact().contact_id)
    ticket = create_ticket(
        actor=factories.operator(), subject="Works tonight", body="At two.", channel=Channel.AGENT, contact=contact,
        is_outbound=True,
    )  # fmt: skip
    assert first(ticket).way is Way.NOT_OWED
    assert "first-answer" not in page(ticket)


def test_a_late_answer_says_how_long_it_took(mailed):
    answer(mailed, seconds=95)
    found = first(mailed)
    assert (found.verdict, found.took) == ("missed", 95 * SECOND)
