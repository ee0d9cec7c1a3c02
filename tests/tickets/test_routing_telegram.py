"""A chat becomes a ticket: one conversation per person and bot, tied to a contact by a key of the portal only."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from accounts.enums import AddressKind
from accounts.models import Contact, ContactAddress
from accounts.queries import operator_actor
from common.db import take_turns
from common.errors import Missing
from messaging.enums import Channel as MessagingChannel
from messaging.enums import InboundState
from messaging.models import ChatLink, InboundMessage, OutboundMessage
from messaging.services.delivering import send_due
from messaging.services.receiving import ensure_source
from messaging.services.telegram.linking import make_link, redeem
from tests.factories import ContactFactory, MailAddressFactory, OperatorFactory
from tests.messaging.telegram.server import BotServer, update
from tickets.enums import Channel, MessageKind
from tickets.models import Attachment, Message, Ticket
from tickets.services import routing_telegram
from tickets.services.moving import move
from tickets.services.replying import reply
from tickets.services.routing import route

pytestmark = pytest.mark.django_db


def told(
    number: int, text: str = "The server is down.", *, kind: str = "message", **more: Any
) -> InboundMessage:
    """An update that has come in and been routed."""
    row = stored(number, text, kind=kind, **more)
    route(message_id=row.pk)
    row.refresh_from_db()
    return row


def stored(number: int, text: str, *, kind: str = "message", **more: Any) -> InboundMessage:
    """An update that has come in."""
    given = update(number, text, **more)
    if kind != "message":
        given[kind] = given.pop("message")
    row: InboundMessage = InboundMessage.objects.create(
        mailbox=ensure_source(MessagingChannel.TELEGRAM, "support"),
        raw=json.dumps(given).encode(), size=1, sha256=f"{number}{kind}", body_sha256=f"{number}{kind}",
        message_id=f"update:{5000 + number}{kind}",
    )  # fmt: skip
    return row


def send(server: BotServer) -> list[str]:
    send_due(channel=MessagingChannel.TELEGRAM)
    return [sent.get("text", "") for sent in server.sent]


@pytest.fixture
def operator() -> Any:
    row = OperatorFactory.create()
    return operator_actor(row, row.user)


@pytest.fixture
def contact() -> Contact:
    contact: Contact = ContactFactory.create()
    ContactAddress.objects.create(
        contact=contact, kind=AddressKind.TELEGRAM, value="support:77", is_verified=True
    )
    return contact


def test_a_strangers_message_opens_a_ticket_that_is_answered_in_the_chat(
    telegram: BotServer, operator: Any
) -> None:
    row = told(1)
    ticket = Ticket.objects.get()
    assert (row.state, row.routed_to) == (InboundState.ROUTED, ticket.number)
    assert (ticket.channel, ticket.customer, ticket.reply_to, ticket.language) == (
        Channel.CHAT,
        None,
        "support:77",
        "en",
    )
    assert ticket.messages.get().author_name == "Anna Orlova"
    reply(actor=operator, ticket_id=ticket.pk, text="We are looking.")
    receipt, answer = send(telegram)
    assert ticket.number in receipt
    assert answer == "We are looking."
    assert telegram.sent[1]["reply_parameters"]["message_id"] == 1


def test_a_known_chat_is_its_contacts_and_the_next_message_joins(
    telegram: BotServer, contact: Contact
) -> None:
    told(1)
    told(2, "Still down.")
    ticket = Ticket.objects.get()
    assert (ticket.contact, ticket.customer) == (contact, contact.customer)
    assert [message.text for message in ticket.messages.order_by("pk")] == [
        "The server is down.",
        "Still down.",
    ]


def test_an_answer_to_one_of_our_messages_joins_the_ticket_of_that_message(
    telegram: BotServer, contact: Contact
) -> None:
    told(1, "First matter.")
    first = Ticket.objects.get()
    told(2, "/new Second matter.")
    assert Ticket.objects.count() == 2
    send(telegram)
    mine = OutboundMessage.objects.filter(ticket_ref=first.number).first()
    assert mine
    told(3, "About the first.", reply_to_message={"message_id": int(mine.external_id)})
    assert first.messages.filter(text="About the first.").exists()


def test_an_edited_message_is_said_again_on_its_ticket(telegram: BotServer) -> None:
    told(1)
    told(1, "The server web-01 is down.", kind="edited_message")
    texts = list(Message.objects.order_by("pk").values_list("text", flat=True))
    assert texts == ["The server is down.", "✎ The server web-01 is down."]


def test_a_closed_conversation_is_not_revived_by_the_next_matter(
    telegram: BotServer, contact: Contact, operator: Any
) -> None:
    told(1)
    ticket = Ticket.objects.get()
    move(
        actor=operator,
        ticket_id=ticket.pk,
        transition="cancel",
        reason="withdrawn",
        message="Closed as agreed.",
    )
    told(2, "Another matter.")
    assert Ticket.objects.count() == 2


def test_a_photo_a_document_and_a_voice_come_with_their_message(telegram: BotServer) -> None:
    telegram.files = {"p": b"\xff\xd8\xff\xe0" + b"0" * 100, "d": b"GET /\n", "v": b"OggS" + b"0" * 100}
    told(
        1, "", caption="See", photo=[{"file_id": "small", "file_size": 1}, {"file_id": "p", "file_size": 104}]
    )
    told(
        2,
        "",
        document={"file_id": "d", "file_name": "../access.log", "mime_type": "text/plain", "file_size": 6},
    )
    told(3, "", voice={"file_id": "v", "file_size": 104})
    names = list(Attachment.objects.order_by("pk").values_list("name", flat=True))
    assert names == ["photo.jpg", "access.log", "voice.ogg"]
    assert Ticket.objects.count() == 1


def test_a_file_that_cannot_be_fetched_is_named_and_the_words_arrive(telegram: BotServer) -> None:
    told(1, "", caption="See the log", document={"file_id": "gone", "file_name": "big.log", "file_size": 10})
    assert Message.objects.filter(kind=MessageKind.CUSTOMER, text="See the log").exists()
    assert Message.objects.filter(kind=MessageKind.NOTE, text__contains="big.log").exists()


def test_while_the_files_service_is_away_the_message_waits_a_little(
    telegram: BotServer, settings: Any
) -> None:
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    row = told(1, "", caption="See", document={"file_id": "d", "file_name": "a.log", "file_size": 10})
    assert row.state == InboundState.STORED
    InboundMessage.objects.update(next_attempt_at=Now())
    route(message_id=row.pk)
    assert Message.objects.filter(text="See").exists()


@pytest.mark.parametrize(
    "more", [{"chat": 77, "is_group": True}, {"edited": True}], ids=["a group", "a channel post"]
)
def test_what_is_no_private_message_is_kept_and_opens_nothing(
    telegram: BotServer, more: dict[str, Any]
) -> None:
    given = update(1)
    if "is_group" in more:
        given["message"]["chat"]["type"] = "group"
    else:
        given["channel_post"] = given.pop("message")
    row = InboundMessage.objects.create(
        mailbox=ensure_source(MessagingChannel.TELEGRAM, "support"), raw=json.dumps(given).encode(), size=1,
        sha256="x", body_sha256="x", message_id="update:1",
    )  # fmt: skip
    route(message_id=row.pk)
    row.refresh_from_db()
    assert row.state == InboundState.IGNORED
    assert not Ticket.objects.exists()


def test_a_link_of_the_portal_ties_the_chat_once(telegram: BotServer) -> None:
    person = ContactFactory.create()
    key = make_link(contact=person, bot="support").partition("start=")[2]
    told(1, f"/start {key}")
    address = ContactAddress.objects.get(kind=AddressKind.TELEGRAM)
    assert (address.contact, address.value, address.is_verified) == (person, "support:77", True)
    assert not Ticket.objects.exists()
    assert person.name in send(telegram)[0]
    assert redeem(bot="support", chat_id=78, key=key) is None


def test_an_old_link_ties_nothing(telegram: BotServer) -> None:
    key = make_link(contact=ContactFactory.create(), bot="support").partition("start=")[2]
    ChatLink.objects.update(expires_at=Now())
    told(1, f"/start {key}")
    assert not ContactAddress.objects.filter(kind=AddressKind.TELEGRAM).exists()
    assert "not valid" in send(telegram)[0]


def test_a_link_for_a_bot_that_is_not_set_up_is_not_made(telegram: BotServer) -> None:
    with pytest.raises(Missing):
        make_link(contact=ContactFactory.create(), bot="other")


def test_saying_somebody_elses_address_or_sending_their_card_proves_nothing(telegram: BotServer) -> None:
    MailAddressFactory.create(value="it@customer.example")
    told(1, "I am it@customer.example, what is the state of my requests?")
    told(2, "", contact={"phone_number": "+79130000000", "first_name": "Boss", "user_id": 1})
    assert set(Ticket.objects.values_list("contact", "customer")) == {(None, None)}


def test_a_long_answer_comes_in_pieces_and_in_order(telegram: BotServer, operator: Any) -> None:
    told(1)
    ticket = Ticket.objects.get()
    reply(actor=operator, ticket_id=ticket.pk, text=f"{'a' * 4000}\n\n{'b' * 4000}\n\nThe end.")
    pieces = send(telegram)[1:]
    assert "".join(pieces).count("a") == 4000
    assert [piece[0] for piece in pieces] == ["a", "b", "T"] or [piece[0] for piece in pieces] == ["a", "b"]


def test_garbage_is_parked_with_its_reason(telegram: BotServer) -> None:
    row = InboundMessage.objects.create(
        mailbox=ensure_source(MessagingChannel.TELEGRAM, "support"), raw=b'{"update_id": 1, "message": {}}', size=1,
        sha256="x", body_sha256="x", message_id="update:1",
    )  # fmt: skip
    route(message_id=row.pk)
    row.refresh_from_db()
    assert row.state == InboundState.PARKED
    assert "no update" in row.reason


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turns", [True, False], ids=["in turns", "control without turns"])
def test_first_words_in_several_messages_are_one_ticket(
    telegram: BotServer, monkeypatch: pytest.MonkeyPatch, turns: bool
) -> None:
    """Ten workers at once; the control shows that without the turns it would be several tickets."""
    barrier = threading.Barrier(10, timeout=30)

    def gate(name: str) -> None:
        barrier.wait()
        if turns:
            take_turns(name)

    monkeypatch.setattr(routing_telegram, "take_turns", gate)
    rows = [stored(number, f"Line {number}") for number in range(10)]

    def work(row: InboundMessage) -> None:
        try:
            route(message_id=row.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, rows))
    assert Message.objects.filter(kind=MessageKind.CUSTOMER).count() == 10
    assert (Ticket.objects.count() == 1) is turns
