"""The operators' workspace in a real browser: pushed rows, clocks, alarm, composer, dialogs, keys."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.enums import Actor
from accounts.models import User
from common import clock
from tests import factories
from tests.tickets.desk import CLASS, working
from tickets.enums import State
from tickets.models import Message, Ticket
from tickets.services.moving import move
from tickets.services.noting import add_note

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Page]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LIVE_MS = 3000
DONE = "Restarted the web server and read its log."


def user(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


def ready(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]")
    return page


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_a_new_ticket_appears_without_reload_is_accepted_and_answered(
    open_page: Open, options: dict[str, object]
) -> None:
    me = factories.operator()
    page = ready(open_page(user(me), **options), "/desk/")
    expect(page.get_by_text("The queue is empty")).to_be_visible()
    expect(page.locator("[data-link=live]")).to_have_count(1)
    page.evaluate("window.sameDocument = true")
    ticket = factories.ticket(subject="The shop does not open")
    expect(page.get_by_role("link", name="The shop does not open")).to_be_visible(timeout=LIVE_MS)
    expect(page.locator("tr.is-new")).to_have_count(1)
    expect(page.locator("#count-line1")).to_have_text("1")
    expect(page.locator("#alarm .alarm__item")).to_have_count(1, timeout=LIVE_MS)
    assert page.evaluate("window.sameDocument")
    left = page.locator("tr .clock__left")
    before = left.inner_text()
    expect(left).not_to_have_text(before)

    page.get_by_role("button", name="Accept").click()
    page.wait_for_url(f"**/desk/tickets/{ticket.number}/")
    page.get_by_label("Text", exact=True).fill("Good morning, I am looking.")
    page.get_by_label("Text", exact=True).press("Control+Enter")
    expect(page.locator(".msg--reply")).to_contain_text("Good morning, I am looking.")
    expect(page.locator("#composer-text")).to_have_value("")
    expect(page.locator("#alarm .alarm__item")).to_have_count(0, timeout=LIVE_MS)
    assert Ticket.objects.get().first_response_at is not None


def test_badges_of_risk_come_beside_the_rows_and_never_in_their_place(open_page: Open) -> None:
    ticket, page = factories.ticket(subject="The shop does not open"), open_page(user(factories.operator()))
    with page.expect_response(lambda response: "/sla/risks/" in response.url) as answer:
        ready(page, "/desk/")
    assert f"on={ticket.pk}" in answer.value.url
    expect(page.locator("[data-risks]")).to_have_text("")
    expect(page.locator(f"#queue #risk-{ticket.pk}")).to_have_count(1)
    expect(page.get_by_role("link", name="The shop does not open")).to_be_visible()


def test_the_second_operator_is_told_who_was_faster(open_page: Open) -> None:
    fast, slow = factories.operator(), factories.operator()
    ticket = factories.ticket()
    page = open_page(user(slow))

    def deaf(route: Route) -> None:
        """The page has not heard yet: its list does not refresh itself."""
        route.abort() if route.request.headers.get("hx-target") == "queue" else route.continue_()

    page.route("**/desk/?view=*", deaf)
    ready(page, "/desk/")
    move(actor=fast, ticket_id=ticket.pk, transition="accept")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#toasts")).to_contain_text(fast.name)
    page.unroute_all()
    page.evaluate("document.body.dispatchEvent(new Event('queue-refresh'))")
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)


def test_clocks_turn_amber_red_and_count_up_after_the_deadline(open_page: Open) -> None:
    me = factories.operator()
    for seconds in (5, 50, 75, 200):
        factories.ticket(subject=f"waits {seconds}", received_at=clock.now() - timedelta(seconds=seconds))
    page = ready(open_page(user(me)), "/desk/shift/")
    seen = page.locator("#shift .panel--bad .clock").evaluate_all(
        "clocks => clocks.map(c => [c.dataset.level, (c.dataset.due - Date.now()) / 1000])"
    )
    assert len(seen) == 4
    for level, left in seen:
        exact = "over" if left <= 0 else "red" if left <= 30 else "amber" if left <= 60 else "calm"
        assert level == exact or min(abs(left - edge) for edge in (0, 30, 60)) < 2, (level, left)
    late = page.locator("#shift tr", has_text="waits 200").first.locator(".clock__left")
    expect(late).to_have_text(re.compile(r"^\+1:5|^\+2:"))


def test_the_alarm_asks_for_sound_and_rings_for_an_unanswered_ticket(open_page: Open) -> None:
    me = factories.operator()
    page = ready(open_page(user(me)), "/desk/")
    page.get_by_role("button", name="Turn sound on").click()
    expect(page.get_by_role("button", name="Sound is on: turn off")).to_be_visible()
    factories.ticket()
    expect(page.locator("html[data-last-sound=chime]")).to_have_count(1, timeout=LIVE_MS)
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    factories.ticket(received_at=clock.now() - timedelta(seconds=70))
    expect(page.locator("html[data-last-sound=urgent]")).to_have_count(1)
    expect(page.locator("#alarm .alarm.is-red")).to_be_visible()
    page.get_by_role("button", name="Sound is on: turn off").click()
    page.reload()
    expect(page.get_by_role("button", name="Sound is off: turn on")).to_be_visible()


def test_the_thread_follows_a_colleague_while_a_draft_stays(open_page: Open) -> None:
    me, colleague = factories.operator(), factories.operator()
    ticket = working(me)
    page = ready(open_page(user(me)), f"/desk/tickets/{ticket.number}/")
    expect(page.locator("[data-link=live]")).to_have_count(1)
    page.locator("#composer-text").fill("half a sentence")
    add_note(actor=colleague, ticket_id=ticket.pk, text="I saw this yesterday")
    expect(page.locator(".msg--note")).to_contain_text("I saw this yesterday", timeout=LIVE_MS)
    expect(page.locator("#composer-text")).to_have_value("half a sentence")
    ready(page, "/desk/")
    ready(page, f"/desk/tickets/{ticket.number}/")
    expect(page.locator("#composer-text")).to_have_value("half a sentence")
    expect(page.get_by_text("Your draft was restored")).to_be_visible()


def test_a_note_looks_unlike_a_reply_and_stays_inside(open_page: Open) -> None:
    me = factories.operator()
    ticket = working(me)
    page = ready(open_page(user(me)), f"/desk/tickets/{ticket.number}/")
    expect(page.get_by_text("The customer will read it")).to_be_visible()
    page.get_by_text("Note", exact=True).click()
    expect(page.get_by_text("It is sent to nobody.")).to_be_visible()
    expect(page.get_by_role("button", name="Send to the customer")).to_be_hidden()
    assert page.locator("#composer").evaluate("e => getComputedStyle(e).borderStyle") == "dashed"
    page.locator("#composer-text").fill("Only for us")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator(".msg--note")).to_contain_text("Only for us")
    assert Message.objects.get(text="Only for us").is_internal


def test_a_key_pressed_before_the_page_is_taken_hold_of_does_not_leave_it(open_page: Open) -> None:
    me = factories.operator()
    ticket = working(me)
    page = open_page(user(me))
    # Registered before every script of the page: it runs when those have run and htmx has not begun.
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () =>"
        " document.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyU', key: 'u', bubbles: true})))"
    )
    ready(page, f"/desk/tickets/{ticket.number}/")
    page.keyboard.press("u")
    expect(page.get_by_role("dialog").get_by_label("Reason")).to_be_visible()
    assert page.url.endswith(f"/desk/tickets/{ticket.number}/")


def test_a_refused_move_keeps_the_dialog_open_with_the_words(open_page: Open) -> None:
    me = factories.operator()
    ticket = working(me)
    page = ready(open_page(user(me)), f"/desk/tickets/{ticket.number}/")
    page.keyboard.press("u")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").select_option("no_instruction")
    dialog.get_by_label("What has been done and checked").fill("short")
    expect(dialog.get_by_text("5 / 20")).to_be_visible()
    dialog.get_by_role("button", name="To line 2").click()
    expect(dialog.get_by_text("at least 20 characters")).to_be_visible()
    expect(dialog.get_by_label("What has been done and checked")).to_have_value("short")
    dialog.get_by_label("What has been done and checked").fill(DONE)
    dialog.get_by_role("button", name="To line 2").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".ticket-head").get_by_text("Queued for line")).to_be_visible()
    assert Ticket.objects.get().line == 2


def test_send_and_resolve_takes_the_text_along_and_clears_the_draft(open_page: Open) -> None:
    me = factories.operator()
    ticket = working(me)
    page = ready(open_page(user(me)), f"/desk/tickets/{ticket.number}/")
    page.locator("#composer-text").fill("We replaced the pool.")
    page.get_by_role("button", name="Send and resolve").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("What was done, for the customer")).to_have_value("We replaced the pool.")
    dialog.get_by_label("Resolution").select_option("fixed")
    dialog.get_by_label("Nothing to write down, because").fill("A known case.")
    dialog.get_by_role("button", name="Resolve").click()
    expect(page.locator(".ticket-head").get_by_text("Resolved")).to_be_visible()
    expect(page.locator("#composer-text")).to_have_value("")
    assert Ticket.objects.get().state == State.RESOLVED


def test_keys_work_by_place_and_can_be_switched_off(open_page: Open) -> None:
    me = factories.operator()
    factories.ticket(subject="first of all")
    page = ready(open_page(user(me)), "/desk/")
    # What a Russian layout sends for the key with the Latin J.
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyJ', key: 'о', bubbles: true}))"
    )
    expect(page.locator("tr.is-picked")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.get_by_label("Single-key shortcuts are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator("#find")).not_to_be_focused()
    page.keyboard.press("?")
    page.get_by_label("Single-key shortcuts are on").check()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator("#find")).to_be_focused()


def test_a_call_becomes_a_ticket_of_the_chosen_customer(open_page: Open) -> None:
    me = factories.operator()
    contact = factories.ContactFactory.create(customer__name="Meridian Bank", name="IT director")
    page = ready(open_page(user(me)), "/desk/new/")
    page.get_by_label("Customer", exact=False).first.press_sequentially("merid", delay=20)
    page.get_by_role("button", name="Meridian Bank").click()
    page.get_by_label("Who is calling").select_option(str(contact.pk))
    page.get_by_label("In a few words").fill("No dial tone")
    page.get_by_label("What the customer says").fill("Dead since nine.")
    page.get_by_label("Category").select_option(CLASS["category"])
    page.get_by_label("Impact").select_option("2")
    page.get_by_label("Urgency").select_option("1")
    expect(page.locator("[data-matrix]")).to_have_text("P1")
    page.get_by_role("button", name="Open the ticket").click()
    expect(page.get_by_role("heading", name="No dial tone")).to_be_visible()
    ticket = Ticket.objects.get()
    assert (ticket.contact_id, ticket.priority, ticket.channel) == (contact.pk, 1, "phone")


def test_the_shift_lead_assigns_and_the_chosen_operator_hears_it(open_page: Open) -> None:
    lead, chosen = factories.operator(is_shift_lead=True), factories.operator()
    ticket = factories.ticket(received_at=clock.now() - timedelta(seconds=80))
    theirs = ready(open_page(user(chosen)), "/desk/search/")
    expect(theirs.locator("[data-link=live]")).to_have_count(1)
    page = ready(open_page(user(lead)), "/desk/shift/")
    row = page.locator("#shift tr", has_text=ticket.number).first
    row.get_by_label("To").select_option(str(chosen.user_id))
    row.get_by_role("button", name="Assign").click()
    expect(theirs.locator("#toasts")).to_contain_text(ticket.number, timeout=LIVE_MS)
    assert Ticket.objects.get().assignee_id == chosen.user_id


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_its_screen(open_page: Open, width: int, scheme: str) -> None:
    me = factories.operator(is_shift_lead=True)
    long = "Очень длинная тема обращения без единого разрыва: " + "неразрывноеслово" * 8
    ticket = working(me, subject=long, body="https://example.org/" + "x" * 300)
    factories.ticket(subject=long)
    page = open_page(user(me), viewport={"width": width, "height": 740}, color_scheme=scheme)
    for address in ("/desk/", f"/desk/tickets/{ticket.number}/", f"/desk/tickets/{ticket.number}/history/",
                    "/desk/shift/", "/desk/new/", "/desk/search/?q=тема"):  # fmt: skip
        ready(page, address)
        expect(page.locator("#count-mine")).not_to_have_text("–")
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, (address, wider)


def test_the_desk_works_without_script(open_page: Open) -> None:
    me = factories.operator()
    ticket = factories.ticket()
    page = open_page(user(me), java_script_enabled=False)
    page.goto("/desk/")
    page.get_by_role("button", name="Accept").click()
    page.locator("#composer-text").fill("I see it.")
    page.get_by_role("button", name="Send to the customer").click()
    expect(page.locator(".msg--reply")).to_contain_text("I see it.")
    page.get_by_role("button", name="Classify").first.click()
    page.get_by_label("Category").select_option("EM.APP")
    page.get_by_label("Impact").select_option("2")
    page.get_by_label("Urgency").select_option("2")
    page.get_by_label("Why no service is named").fill("not told")
    page.get_by_label("Line", exact=False).last.select_option("1")
    page.get_by_role("button", name="Classify").click()
    expect(page.locator(".ticket-head").get_by_text("In progress")).to_be_visible()
    assert ticket.pk == Ticket.objects.get(state=State.IN_PROGRESS).pk
