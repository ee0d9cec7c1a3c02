"""How a customer is reached: the way they came, their own order, quiet hours, and the templates of the rules."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.enums import Actor
from accounts.models import Contact, ContactAddress
from accounts.queries import contact_actor, operator_actor
from common import clock
from messaging.models import OutboundMessage
from messaging.services import leasing
from messaging.services.delivering import send_due
from messaging.services.falling_back import give_up
from tests import factories
from tests.factories import MailAddressFactory, OperatorFactory
from tickets.catalogue import template_rows
from tickets.models import ReplyTemplate, Ticket
from tickets.services.filling import PLACE, fill
from tickets.services.informing import tell, values_of
from tickets.services.moving import move
from tickets.services.receiving import receive_message
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact() -> Contact:
    found: Contact = MailAddressFactory.create(value="it@customer.example").contact
    ContactAddress.objects.create(contact=found, kind="telegram", value="support:77", is_verified=True)
    return found


@pytest.fixture
def operator() -> Actor:
    row = OperatorFactory.create()
    return operator_actor(row, row.user)


def answered(contact: Contact, operator: Actor, text: str = "Done.", **more: Any) -> OutboundMessage:
    ticket = factories.ticket(contact_actor(contact))
    message = reply(actor=operator, ticket_id=ticket.pk, text=text, **more)
    return OutboundMessage.objects.get(key=f"message:{message.pk}")


def test_mail_is_the_first_way_and_the_chat_the_second(contact: Contact, operator: Actor) -> None:
    row = answered(contact, operator)
    assert (row.channel, row.to) == ("mail", "it@customer.example")
    assert [(way["channel"], way["to"]) for way in row.fallbacks] == [("telegram", "support:77")]


def test_the_contacts_own_order_is_kept(contact: Contact, operator: Actor) -> None:
    Contact.objects.update(channels=["telegram", "mail"])
    contact.refresh_from_db()
    row = answered(contact, operator)
    assert (row.channel, row.fallbacks[0]["channel"]) == ("telegram", "mail")
    assert row.text == "Done."
    assert "Just answer this mail" in row.fallbacks[0]["text"]


def test_an_answer_goes_back_the_way_the_request_came(contact: Contact, operator: Actor) -> None:
    ticket = factories.ticket(contact_actor(contact))
    Ticket.objects.filter(pk=ticket.pk).update(reply_to="other@customer.example")
    Contact.objects.update(channels=["telegram", "mail"])
    message = reply(actor=operator, ticket_id=ticket.pk, text="Done.")
    assert OutboundMessage.objects.get(key=f"message:{message.pk}").to == "other@customer.example"


def test_an_unverified_chat_is_never_written_to(operator: Actor) -> None:
    person: Contact = factories.ContactFactory.create()
    ContactAddress.objects.create(contact=person, kind="telegram", value="support:1")
    ticket = factories.ticket(contact_actor(person))
    reply(actor=operator, ticket_id=ticket.pk, text="Done.")
    assert not OutboundMessage.objects.exists()


@pytest.mark.parametrize(
    ("priority", "asleep", "hour", "until"),
    [(3, True, 23, 7), (3, True, 2, 7), (3, True, 12, None), (2, True, 23, None), (3, False, 23, None)],
)
def test_what_can_wait_waits_for_the_end_of_quiet_hours(
    contact: Contact, operator: Actor, priority: int, asleep: bool, hour: int, until: int | None
) -> None:
    Contact.objects.update(quiet_from=time(22), quiet_until=time(7))
    contact.user.time_zone = "UTC"
    contact.user.save()
    ticket = factories.ticket(contact_actor(contact))
    Ticket.objects.update(priority=priority)
    if asleep:
        ticket.messages.update(occurred_at=datetime(2026, 11, 20, tzinfo=UTC))
    with time_machine.travel(datetime(2026, 11, 26, hour, 30, tzinfo=UTC), tick=False):
        if not asleep:
            ticket.messages.update(occurred_at=clock.now() - timedelta(minutes=5))
        message = reply(actor=operator, ticket_id=ticket.pk, text="Done.")
    row = OutboundMessage.objects.get(key=f"message:{message.pk}")
    held = row.next_attempt_at.astimezone(UTC)
    assert (
        held.hour if held > datetime(2026, 11, 26, hour, 31, tzinfo=UTC) and held.minute == 0 else None
    ) == until or (until is None and held < timezone.now() + timedelta(minutes=1))


def test_a_customers_own_sender_and_signature_are_used(contact: Contact, operator: Actor) -> None:
    contact.customer.sender_address = "help@brand.example"
    contact.customer.signature = "Your dedicated team"
    contact.customer.save()
    answered(contact, operator)
    send_due()
    sent = mail.outbox[-1]
    assert sent.from_email == "help@brand.example"
    assert sent.reply_to[0].startswith("help+")
    assert "Your dedicated team" in sent.body


def test_files_of_an_answer_travel_with_it(contact: Contact, operator: Actor) -> None:
    answered(contact, operator, attachments=[SimpleUploadedFile("guide.txt", b"1. Restart")])
    send_due()
    assert [(name, content) for name, content, _kind in mail.outbox[-1].attachments] == [
        ("guide.txt", b"1. Restart")
    ]


def test_an_answer_in_markdown_is_html_for_those_who_read_html(contact: Contact, operator: Actor) -> None:
    row = answered(contact, operator, "Run:\n\n- **one**\n- two <script>alert(1)</script>")
    assert "<strong>one</strong>" in row.html
    assert "<script" not in row.html


def test_the_thirty_two_templates_exist_in_both_languages() -> None:
    rows = list(ReplyTemplate.objects.order_by("code"))
    assert [row.code for row in rows] == [f"R{number:02d}" for number in range(1, 33)]
    for row in rows:
        assert all((row.text_en, row.text_ru, row.title_en, row.title_ru)), row.code
        assert set(PLACE.findall(row.text_en)) == set(PLACE.findall(row.text_ru)), row.code
    assert len(template_rows()) == 32


def test_templates_are_data_and_nothing_in_them_runs() -> None:
    said = fill(
        "{number} {subject} {{ settings.SECRET_KEY }} {% now %} {0.__class__}",
        {"number": "1"},
        leave_out=False,
    )
    assert said == "1 … {{ settings.SECRET_KEY }} {% now %} {0.__class__}"
    assert fill("A {due}\nB {number}", {"number": "1"}, leave_out=True) == "B 1"


def test_a_value_is_not_filled_a_second_time() -> None:
    assert fill("{subject}", {"subject": "{number}", "number": "1"}, leave_out=False) == "{number}"


def test_a_template_that_is_switched_off_is_not_sent(contact: Contact) -> None:
    ReplyTemplate.objects.filter(code="R10").update(is_active=False)
    ticket = factories.ticket(contact_actor(contact))
    OutboundMessage.objects.all().delete()
    tell(ticket, "R10", key="x")
    assert not OutboundMessage.objects.exists()


def test_the_customer_hears_that_the_request_is_closed_and_opened_again(
    contact: Contact, operator: Actor
) -> None:
    ticket = factories.ticket(contact_actor(contact))
    move(actor=contact_actor(contact), ticket_id=ticket.pk, transition="solved_by_customer")
    assert OutboundMessage.objects.filter(text__contains="is closed").exists()
    receive_message(actor=contact_actor(contact), ticket_id=ticket.pk, text="It is down again.")
    assert OutboundMessage.objects.filter(text__contains="is open again").exists()
    assert all(row.is_automatic for row in OutboundMessage.objects.all())


def test_the_composer_offers_templates_in_the_customers_language(contact: Contact, client: Client) -> None:
    row = OperatorFactory.create()
    ticket = factories.ticket(contact_actor(contact))
    Ticket.objects.filter(pk=ticket.pk).update(language="ru")
    client.force_login(row.user)
    page = client.get(f"/desk/tickets/{ticket.number}/templates/").content.decode()
    assert f"Здравствуйте, меня зовут {row.user.name}" in page
    assert "R01" not in page
    assert ticket.number in page


def test_values_know_no_other_names(contact: Contact) -> None:
    known = {name for row in template_rows() for name in PLACE.findall(row["text_en"])}
    offered = set(values_of(factories.ticket(contact_actor(contact))))
    assert known - offered == {"next_update_at", "survivor"}


def test_files_of_an_answer_travel_by_the_mail_that_stands_in_for_the_chat(
    contact: Contact, operator: Actor
) -> None:
    Contact.objects.update(channels=["telegram", "mail"])
    contact.refresh_from_db()
    row = answered(contact, operator, attachments=[SimpleUploadedFile("guide.txt", b"1. Restart")])
    assert [file["name"] for file in row.fallbacks[0]["files"]] == ["guide.txt"]
    send_due(channel="telegram")
    send_due()
    assert [name for name, _content, _kind in mail.outbox[-1].attachments] == ["guide.txt"]
    assert "reply-to-message" not in mail.outbox[-1].extra_headers


def test_a_chat_that_stands_in_for_mail_names_the_files_and_takes_long_words_in_pieces(
    contact: Contact, operator: Actor
) -> None:
    row = answered(
        contact, operator, f"{'a' * 5000}\n\nThe end.", attachments=[SimpleUploadedFile("guide.txt", b"1")]
    )
    OutboundMessage.objects.exclude(pk=row.pk).delete()
    (mine,) = leasing.claim(limit=1)
    assert give_up(mine, "550 no such user")
    pieces = list(
        OutboundMessage.objects.filter(channel="telegram").order_by("pk").values_list("text", flat=True)
    )
    assert len(pieces) == 2
    assert "guide.txt" in pieces[-1]
