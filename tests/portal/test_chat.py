"""The chat in the corner, and how a contact wants to be reached."""

from datetime import time
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Contact, ContactAddress
from accounts.queries import contact_actor, operator_actor
from messaging.models import ChatLink
from tests import factories
from tickets.enums import Channel
from tickets.models import Ticket
from tickets.services.moving import move
from tickets.services.noting import add_note
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact() -> Contact:
    found: Contact = factories.ContactFactory.create()
    return found


@pytest.fixture
def browser(client: Client, contact: Contact) -> Client:
    client.force_login(contact.user)
    return client


def say(browser: Client, text: str, token: object = None) -> Any:
    return browser.post("/portal/chat/say/", {"text": text, "token": str(token or uuid4())})


def test_the_first_words_open_a_request_and_the_next_follow_on_it(browser: Client, contact: Contact) -> None:
    assert say(browser, "The shop is down").status_code == 200
    say(browser, "Only the basket")
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.contact, ticket.messages.count()) == (Channel.CHAT, contact, 2)


def test_answers_are_shown_and_notes_are_not(browser: Client) -> None:
    say(browser, "The shop is down")
    row = factories.OperatorFactory.create()
    actor, ticket = operator_actor(row, row.user), Ticket.objects.get()
    reply(actor=actor, ticket_id=ticket.pk, text="Which page?")
    add_note(actor=actor, ticket_id=ticket.pk, text="He always asks this.")
    shown = browser.get("/portal/chat/").content.decode()
    assert "Which page?" in shown
    assert "always asks" not in shown


def test_a_colleagues_chat_is_not_continued_even_by_who_sees_the_organisation(
    browser: Client, contact: Contact
) -> None:
    say(browser, "The shop is down")
    colleague = factories.ContactFactory.create(customer=contact.customer, sees_organisation=True)
    other = Client()
    other.force_login(colleague.user)
    assert "The shop is down" not in other.get("/portal/chat/").content.decode()
    say(other, "My own matter")
    assert Ticket.objects.count() == 2


def test_a_second_click_opens_no_second_request(browser: Client, contact: Contact) -> None:
    token = uuid4()
    say(browser, "The shop is down", token)
    move(actor=contact_actor(contact), ticket_id=Ticket.objects.get().pk, transition="solved_by_customer")
    say(browser, "The shop is down", token)
    assert Ticket.objects.count() == 1


def test_nothing_said_is_told_in_place(browser: Client) -> None:
    answer = say(browser, "  ")
    assert answer.status_code == 422
    assert "Write something first" in answer.content.decode()


@pytest.fixture
def bot(settings: Any) -> None:
    settings.TELEGRAM_BOTS = {"support": {"token": "x", "username": "desk_bot", "updates": "webhook"}}


def reach(browser: Client, **values: str) -> Any:
    return browser.post("/portal/profile/", {"what": "reach", "first": "mail", **values})


@pytest.mark.usefixtures("bot")
def test_order_and_quiet_hours_are_kept(browser: Client, contact: Contact) -> None:
    assert reach(browser, first="telegram", quiet_from="22:00", quiet_until="07:00").status_code == 302
    contact.refresh_from_db()
    assert (contact.channels, contact.quiet_from, contact.quiet_until) == (
        ["telegram", "mail"],
        time(22),
        time(7),
    )
    assert reach(browser).status_code == 302
    contact.refresh_from_db()
    assert (contact.channels, contact.quiet_from) == (["mail", "telegram"], None)


@pytest.mark.parametrize("values", [{"quiet_from": "22:00"}, {"quiet_until": "07:00"}, {"first": "pigeon"}])
@pytest.mark.usefixtures("bot")
def test_what_cannot_be_is_told_in_place(browser: Client, contact: Contact, values: dict[str, str]) -> None:
    assert reach(browser, **values).status_code == 422
    contact.refresh_from_db()
    assert contact.channels == []


@pytest.mark.usefixtures("bot")
def test_a_form_with_other_keys_is_refused(browser: Client, contact: Contact) -> None:
    assert reach(browser, is_authorised="on").status_code == 400
    contact.refresh_from_db()
    assert not contact.is_authorised


@pytest.mark.usefixtures("bot")
def test_a_chat_is_connected_by_a_one_time_link_and_disconnected(browser: Client, contact: Contact) -> None:
    answer = browser.post("/portal/profile/telegram/", {"bot": "support"})
    key = answer["Location"].partition("https://t.me/desk_bot?start=")[2]
    assert key
    assert key not in str(ChatLink.objects.values().get())
    ContactAddress.objects.create(contact=contact, kind="telegram", value="support:77", is_verified=True)
    browser.post("/portal/profile/telegram/forget/")
    assert not ContactAddress.objects.filter(kind="telegram").exists()


def test_a_bot_that_is_not_there_is_404(browser: Client) -> None:
    assert browser.post("/portal/profile/telegram/", {"bot": "other"}).status_code == 404


def test_without_a_bot_there_is_no_choice_of_ways_and_quiet_hours_are_kept(
    browser: Client, contact: Contact
) -> None:
    assert "Write to me first" not in browser.get("/portal/profile/").content.decode()
    times = {"what": "reach", "quiet_from": "22:00", "quiet_until": "07:00"}
    assert browser.post("/portal/profile/", times).status_code == 302
    contact.refresh_from_db()
    assert (contact.channels, contact.quiet_from) == (["mail", "telegram"], time(22))
