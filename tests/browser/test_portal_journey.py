"""A customer's way through the portal, as the customer's browser sees it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Contact, User
from common import clock
from sla.services.enforcing import tick
from tests import factories
from tests.knowledge.factories import article
from tests.portal import stories
from tickets.enums import State
from tickets.models import Attachment, Ticket
from tickets.services.moving import move
from tickets.services.replying import reply

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Page]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# From the commit to the words on the screen; the promise is one second, the rest is this machine's.
LIVE_MS = 3000


def mark(page: Page) -> None:
    """A sign that lives as long as the page is not loaded again."""
    page.evaluate("window.sameDocument = true")


def same(page: Page) -> bool:
    return bool(page.evaluate("window.sameDocument === true"))


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_customer_files_is_answered_live_and_confirms(
    options: dict[str, object], open_page: Open, tmp_path: Path
) -> None:
    me, operator = factories.contact(), factories.operator(1)
    helpful = article("Clear the cache of the mail gateway", "Press **F5**.", summary="When mail hangs.")
    article("Gateway passwords", audience="internal")
    page = open_page(User.objects.get(pk=me.user_id), **options)
    page.goto("/")
    page.get_by_role("link", name="New request").first.click()

    page.get_by_label("What is it about").press_sequentially("Mail gateway hangs", delay=15)
    suggested = page.get_by_role("link", name="Clear the cache of the mail gateway")
    expect(suggested).to_have_attribute("href", f"/portal/articles/{helpful.code}/")
    expect(page.get_by_text("Gateway passwords")).to_have_count(0)
    page.get_by_label("What happened?").fill("No mail since nine o'clock.")
    shot = tmp_path / "shot.png"
    shot.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    page.locator("input[type=file]").set_input_files(shot)
    expect(page.get_by_text("shot.png")).to_be_visible()
    page.get_by_text("Work has stopped").click()
    page.get_by_label("Topic").select_option("EM.APP")
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_text("A person answers by")).to_be_visible()
    ticket = Ticket.objects.get()
    expect(page.get_by_text(ticket.number).first).to_be_visible()
    clock = page.locator(".clock--huge .clock__left")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)  # it runs
    assert Attachment.objects.get().name == "shot.png"

    mark(page)
    page.get_by_label("Write to us").fill("half a sentence")
    ticket = move(actor=operator, ticket_id=ticket.pk, transition="accept")
    reply(actor=operator, ticket_id=ticket.pk, text="Good morning, I see it. One minute.")
    expect(page.get_by_text("Good morning, I see it.")).to_be_visible(timeout=LIVE_MS)
    expect(page.get_by_label("Write to us")).to_have_value("half a sentence")
    page.get_by_label("Write to us").fill("Thank you, waiting.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log").get_by_text("Thank you, waiting.")).to_be_visible()
    expect(page.get_by_label("Write to us")).to_have_value("")

    stories.go(operator, ticket, "classify", **stories.CLASS)
    expect(page.get_by_text("Solution promised by").first).to_be_visible(timeout=LIVE_MS)
    stories.go(
        operator, ticket, "resolve",
        resolution_code="fixed", message="The gateway was restarted.", waive="A known case, seen before.",
    )  # fmt: skip
    expect(page.get_by_text("We think it is solved. Is it?")).to_be_visible(timeout=LIVE_MS)
    assert same(page)

    page.get_by_role("link", name="Not solved").click()
    page.get_by_label("What do you see?").fill("Mail to one address still hangs.")
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(page.get_by_text("Mail to one address still hangs.")).to_be_visible()
    ticket = Ticket.objects.get()
    assert ticket.is_open
    if ticket.state == State.QUEUED:
        ticket = move(actor=operator, ticket_id=ticket.pk, transition="take")
    stories.go(
        operator, ticket, "resolve",
        resolution_code="fixed", message="Now every address works.", waive="A known case, seen before.",
    )  # fmt: skip
    page.get_by_role("button", name="Solved", exact=True).click()
    expect(page.get_by_text("This request is closed")).to_be_visible()
    assert Ticket.objects.get().state == State.CLOSED


def test_chosen_files_survive_an_error_and_the_list_refreshes_itself(open_page: Open, tmp_path: Path) -> None:
    me, operator = factories.contact(), factories.operator(1)
    page = open_page(User.objects.get(pk=me.user_id))
    page.goto("/portal/requests/new/")
    shot = tmp_path / "shot.png"
    shot.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    page.locator("input[type=file]").set_input_files(shot)
    page.get_by_label("What is it about").fill("The shop hangs")
    page.get_by_label("What happened?").fill("   ")
    page.get_by_text("It can wait").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    expect(page.get_by_label("What is it about")).to_have_value("The shop hangs")
    expect(page.get_by_text("shot.png")).to_be_visible()
    page.get_by_label("What happened?").fill("No answer since nine.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("A person answers by")).to_be_visible()
    assert Attachment.objects.get().name == "shot.png"

    ticket = Ticket.objects.get()
    page.goto("/portal/")
    mark(page)
    expect(page.get_by_text("We answer by")).to_be_visible()
    stories.go(operator, ticket, "accept")
    reply(actor=operator, ticket_id=ticket.pk, text="I see it.")
    expect(page.get_by_text(f"Last answer: {operator.name}")).to_be_visible(timeout=LIVE_MS)
    assert same(page)


def test_a_late_answer_is_admitted_on_the_open_page(open_page: Open) -> None:
    me = factories.contact()
    ticket = factories.ticket(me, received_at=clock.now() - timedelta(seconds=86))
    page = open_page(User.objects.get(pk=me.user_id))
    page.goto(f"/portal/requests/{ticket.number}/")
    mark(page)
    expect(page.locator(".clock--huge.clock--over")).to_be_visible()
    tick()
    expect(page.get_by_text("We are late with our answer")).to_be_visible(timeout=LIVE_MS)
    assert same(page)


def test_one_who_sees_the_organisation_hears_of_a_colleagues_request(open_page: Open) -> None:
    director = factories.contact(sees_organisation=True)
    customer = Contact.objects.get(pk=director.contact_id).customer
    page = open_page(User.objects.get(pk=director.user_id))
    page.goto("/portal/?of=organisation")
    expect(page.get_by_text("No requests yet")).to_be_visible()
    factories.ticket(factories.contact(customer=customer, name="Accountant"), subject="The invoice is wrong")
    expect(page.get_by_role("link", name="The invoice is wrong")).to_be_visible(timeout=LIVE_MS)


def test_a_message_being_written_survives_a_closed_page(open_page: Open) -> None:
    me = factories.contact()
    ticket = factories.ticket(me)
    page = open_page(User.objects.get(pk=me.user_id))
    page.goto(f"/portal/requests/{ticket.number}/")
    page.get_by_label("Write to us").press_sequentially("It began after")
    page.goto("/portal/")
    page.goto(f"/portal/requests/{ticket.number}/")
    expect(page.get_by_label("Write to us")).to_have_value("It began after")


def test_the_portal_works_without_script(open_page: Open) -> None:
    me, operator = factories.contact(), factories.operator(1)
    page = open_page(User.objects.get(pk=me.user_id), java_script_enabled=False)
    page.goto("/portal/requests/new/")
    page.get_by_label("What is it about").fill("The shop hangs")
    page.get_by_label("What happened?").fill("No answer since nine.")
    page.get_by_text("It can wait").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("A person answers by")).to_be_visible()
    page.get_by_label("Write to us").fill("One thing more.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("One thing more.")).to_be_visible()
    page.get_by_role("link", name="Cancel the request").click()
    page.get_by_text("It works again by itself").click()
    page.get_by_role("button", name="Cancel the request").click()
    expect(page.get_by_text("This request is cancelled")).to_be_visible()
    assert operator
