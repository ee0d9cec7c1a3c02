"""A call becomes a ticket: answered with its first response, or missed and to be called back within five minutes."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import ContactAddress
from common import clock
from messaging.enums import Channel as MessagingChannel
from messaging.models import Call, InboundMessage, OutboundMessage
from messaging.services.receiving import ensure_source
from sla.models import Clock
from tests.factories import ContactFactory, MailAddressFactory, OperatorFactory
from tickets.enums import Channel, MessageKind, State
from tickets.models import Message, Ticket
from tickets.services.routing import route

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def office(settings: Any) -> None:
    settings.PHONE_SOURCES = {"office": ["a-secret-of-the-exchange"]}


@pytest.fixture
def began() -> datetime:
    return clock.now().replace(microsecond=0) - timedelta(minutes=10)


def told(kind: str, at: datetime, **more: Any) -> None:
    given = {"call_id": "c-1", "type": kind, "at": at.isoformat(), "from": "+73832000000", **more}
    raw = json.dumps(given).encode()
    row = InboundMessage.objects.create(
        mailbox=ensure_source(MessagingChannel.PHONE, "office"), raw=raw, size=len(raw), sha256=hashlib.sha256(raw).hexdigest(),
        body_sha256="", message_id=f"event:{kind}:{at}:{more}",
    )  # fmt: skip
    route(message_id=row.pk)
    row.refresh_from_db()
    assert row.state == "routed", row.reason


def clock_of(ticket: Ticket, kind: str) -> Clock | None:
    return Clock.objects.filter(ticket=ticket, kind=kind).first()


def test_an_answered_call_is_a_ticket_whose_first_response_began_in_the_queue(began: datetime) -> None:
    operator = OperatorFactory.create(extension="101")
    contact = ContactFactory.create()
    ContactAddress.objects.create(contact=contact, kind="phone", value="+73832000000")
    told("queued", began)
    assert not Ticket.objects.exists()
    told("answered", began + timedelta(seconds=20), operator="101")
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.contact, ticket.received_at) == (Channel.PHONE, contact, began)
    assert ticket.first_response_at == began + timedelta(seconds=20)
    met = clock_of(ticket, "FR")
    assert met is not None
    assert met.verdict == "met"
    assert operator.user.name in ticket.messages.get().text
    assert (ticket.state, ticket.assignee) == (State.TRIAGE, operator.user)


def test_an_engineer_who_picks_up_has_answered_and_the_first_line_takes_the_ticket(began: datetime) -> None:
    OperatorFactory.create(extension="301", line=3)
    told("queued", began)
    told("answered", began + timedelta(seconds=20), operator="301")
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.first_response_at) == (State.NEW, began + timedelta(seconds=20))


def test_a_telephone_that_is_nobodys_was_still_answered_by_a_person(began: datetime) -> None:
    told("queued", began)
    told("answered", began + timedelta(seconds=20), operator="999")
    met = clock_of(Ticket.objects.get(), "FR")
    assert met is not None
    assert met.verdict == "met"


def test_a_call_given_up_early_is_no_miss_and_is_called_back_in_five_minutes(began: datetime) -> None:
    told("queued", began)
    told("missed", began + timedelta(seconds=40))
    ticket = Ticket.objects.get()
    assert clock_of(ticket, "FR") is None
    back = clock_of(ticket, "CN")
    assert back is not None
    assert back.due_at == began + timedelta(seconds=40, minutes=5)


def test_a_caller_who_waited_longer_met_a_broken_promise(began: datetime) -> None:
    told("queued", began)
    told("ended", began + timedelta(seconds=200))
    ticket = Ticket.objects.get()
    missed, back = clock_of(ticket, "FR"), clock_of(ticket, "CN")
    assert missed is not None
    assert missed.due_at == began + timedelta(seconds=90)
    assert back is not None
    assert back.due_at == began + timedelta(seconds=200, minutes=5)


def test_a_missed_caller_with_a_mail_address_is_told_that_we_call_back(began: datetime) -> None:
    contact = MailAddressFactory.create(value="it@customer.example").contact
    ContactAddress.objects.create(contact=contact, kind="phone", value="+73832000000")
    told("missed", began)
    (told_by_mail,) = OutboundMessage.objects.all()
    assert told_by_mail.to == "it@customer.example"
    assert "five minutes" in told_by_mail.text


def test_events_that_come_late_or_twice_make_one_ticket(began: datetime) -> None:
    OperatorFactory.create(extension="101")
    told("missed", began + timedelta(seconds=30))
    told("queued", began)
    told("answered", began + timedelta(seconds=10), operator="101")
    ticket = Ticket.objects.get()
    assert ticket.first_response_at == began + timedelta(seconds=10)
    assert Call.objects.get().ticket_ref == ticket.number


def test_the_end_and_the_recording_are_noted(began: datetime) -> None:
    told("queued", began)
    told("answered", began + timedelta(seconds=5))
    told("ended", began + timedelta(seconds=130))
    told("recording", began + timedelta(seconds=140), recording_url="https://pbx.example/1.ogg")
    notes = " ".join(Message.objects.filter(kind=MessageKind.NOTE).values_list("text", flat=True))
    assert "2:05" in notes
    assert "https://pbx.example/1.ogg" in notes


def test_a_ringing_telephone_alone_opens_nothing(began: datetime) -> None:
    told("ringing", began)
    assert not Ticket.objects.exists()
