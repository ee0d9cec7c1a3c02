"""What a sender may be believed on this desk: by our own server's findings, a token of ours, or not at all (G9)."""

from typing import Any

import pytest

from accounts.models import Contact
from accounts.queries import operator_actor
from messaging.enums import InboundState
from messaging.models import InboundMessage, OutboundMessage
from messaging.services.tokens import reply_to
from tests.factories import MailAddressFactory, OperatorFactory
from tests.messaging.factories import received
from tickets.enums import MessageKind
from tickets.models import Message, Ticket
from tickets.services.replying import reply
from tickets.services.routing import route

pytestmark = pytest.mark.django_db

IT = "it@customer.example"
US = "mx.desk.example"
PASS = f"{US}; dmarc=pass header.from=customer.example"
FAIL = f"{US}; dmarc=fail header.from=customer.example"


@pytest.fixture(autouse=True)
def our_server_checks(settings: Any) -> None:
    settings.MAIL_AUTHSERV_ID = US


@pytest.fixture
def contact() -> Contact:
    found: Contact = MailAddressFactory.create(
        value=IT, contact__customer__domains=["customer.example"]
    ).contact
    return found


def routed(result: str = "", **mail: str) -> InboundMessage:
    headers = {"Authentication_Results": result} if result else {}
    message = received(**{"sender": IT, **headers, **mail})
    route(message_id=message.pk)
    message.refresh_from_db()
    return message


def notes() -> str:
    return " ".join(Message.objects.filter(kind=MessageKind.NOTE).values_list("text", flat=True))


def test_a_proven_sender_is_the_contact(contact: Contact) -> None:
    routed(PASS)
    assert Ticket.objects.get().contact == contact
    assert not notes()


@pytest.mark.parametrize(
    ("result", "word"),
    [
        ("", "nothing proves it"),
        (PASS.replace(US, "mx.evil.example"), "nothing proves it"),
        (FAIL, "not theirs"),
    ],
    ids=["no finding", "a finding of somebody else", "forged"],
)
def test_an_unproven_sender_opens_a_ticket_under_nobody_and_the_desk_is_warned(
    contact: Contact, result: str, word: str
) -> None:
    routed(result)
    ticket = Ticket.objects.get()
    assert (ticket.contact, ticket.customer) == (None, None)
    assert word in notes()


def test_a_stranger_nobody_claims_is_not_warned_of(contact: Contact) -> None:
    routed("", sender="somebody@new.example")
    assert not notes()


def test_an_unproven_sender_joins_no_thread_by_its_references(contact: Contact) -> None:
    first = routed(PASS, message_id="<1@customer.example>")
    routed("", In_Reply_To="<1@customer.example>", text="What is the state, please?")
    assert Ticket.objects.count() == 2
    assert Ticket.objects.get(number=first.routed_to).messages.filter(kind=MessageKind.CUSTOMER).count() == 1


@pytest.mark.parametrize(
    ("result", "joins"), [(PASS, True), ("", True), (FAIL, False)], ids=["proven", "unproven", "forged"]
)
def test_a_token_of_ours_is_believed_unless_the_domain_denies_the_mail(
    contact: Contact, result: str, joins: bool
) -> None:
    ticket = Ticket.objects.get(number=routed(PASS).routed_to)
    to = reply_to(mailbox="support@desk.example", ticket_ref=ticket.number, address=IT)
    routed(result, to=to, text="The answer.")
    said = ticket.messages.filter(text__contains="The answer.")
    assert said.filter(kind=MessageKind.CUSTOMER).exists() is joins
    assert said.filter(kind=MessageKind.NOTE).exists() is not joins


def test_nobody_works_as_an_operator_by_mail_however_proven() -> None:
    row = OperatorFactory.create(user__email="boss@desk.example")
    message = routed(PASS.replace("customer.example", "desk.example"), sender="boss@desk.example")
    assert (message.state, message.reason) == (InboundState.PARKED, "operators do not work by mail")
    ticket = Ticket.objects.get(number=routed(PASS, sender="anna@customer.example").routed_to)
    reply(actor=operator_actor(row, row.user), ticket_id=ticket.pk, text="We look.")
    pattern = OutboundMessage.objects.latest("pk").message_id
    again = routed("", sender="boss@desk.example", In_Reply_To=pattern)
    assert again.state == InboundState.PARKED
    assert (
        not Message.objects.filter(kind=MessageKind.REPLY, author_user=row.user)
        .exclude(text="We look.")
        .exists()
    )
