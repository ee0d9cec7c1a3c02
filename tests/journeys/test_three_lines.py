"""One request from the customer's phone to the knowledge base and back, as the people see it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre

pytestmark = pytest.mark.xdist_group("journeys")
SUBJECT = "The shop answers 502"


def live(page: Page) -> None:
    """Wait until the page hears its doorbell."""
    page.wait_for_selector("[data-link=live]", state="attached")


def move(page: Page, name: str, **values: str) -> None:
    """Open the dialog of a move, fill it in and send it; the state on the page must follow."""
    button = page.locator(f"[hx-get$='/moves/{name}/']").first
    if not button.is_visible():
        page.locator(".ticket-head details.menu summary").click()
    button.click()
    form = page.locator("#dialog form")
    for field, value in values.items():
        fill(form.locator(f"[name='{field}']").first, value)
    form.locator("button:not([type=button])").last.click()
    expect(page.locator("#dialog form")).to_have_count(0)


def fill(field: object, value: str) -> None:
    tag = field.evaluate("e => e.tagName === 'INPUT' ? e.type : e.tagName.toLowerCase()")  # type: ignore[attr-defined]
    if tag == "select":
        field.select_option(value)  # type: ignore[attr-defined]
    elif tag in ("checkbox", "radio"):
        field.check()  # type: ignore[attr-defined]
    else:
        field.fill(value)  # type: ignore[attr-defined]


def test_a_request_is_heard_answered_handed_over_solved_and_confirmed(
    centre: Centre, sign_in: Callable[[str], Page]
) -> None:
    first, customer = sign_in("first"), sign_in("director")
    first.goto("/desk/?view=line1")
    live(first)

    customer.goto("/portal/requests/new/")
    customer.fill("[name=subject]", SUBJECT)
    customer.fill("[name=text]", "Every page answers 502 since ten minutes.")
    customer.check("[name=urgency][value='1']")
    customer.click("main button[type=submit]")
    expect(customer).not_to_have_url("**/new/")
    number = customer.locator("main").get_by_text("26-").first.inner_text()[-10:]

    row = first.locator("#queue a[href*='/desk/tickets/']").filter(has_text=SUBJECT).first
    expect(row).to_be_visible(timeout=5_000)
    expect(first.locator("#alarm .alarm__item").first).to_be_visible()
    row.click()
    live(first)
    first.locator("form[action$='/moves/accept/'] button").first.click()
    expect(first.locator(".state--triage")).to_be_visible()
    first.fill("#composer-text", "Good evening, I am looking at it now.")
    first.click("[data-send=reply]")
    expect(first.locator(".msg--reply")).to_contain_text("I am looking at it now")
    expect(customer.locator("main")).to_contain_text("I am looking at it now", timeout=5_000)

    move(
        first, "classify", category="EM.APP", impact="2", urgency="1", service_unknown="the caller did not say",
        line="1",
    )  # fmt: skip
    expect(first.locator(".state--in_progress")).to_be_visible()
    move(first, "hand_up", reason="no_instruction", done="Restarted the web server, the answer is the same.")

    second = sign_in("second")
    second.goto("/desk/?view=line2")
    second.locator("#queue a[href*='/desk/tickets/']").filter(has_text=SUBJECT).first.click()
    second.locator("form[action$='/moves/take/'] button").first.click()
    expect(second.locator(".state--in_progress")).to_be_visible()
    move(
        second, "hand_to_experts", reason="instruction_failed", done="The pool was restarted twice, it fills at once.",
        search_query="502 after update", search_outcome="wrong",
    )  # fmt: skip

    third = sign_in("third")
    third.goto("/desk/?view=line3")
    third.locator("#queue a[href*='/desk/tickets/']").filter(has_text=SUBJECT).first.click()
    third.locator("form[action$='/moves/take/'] button").first.click()
    expect(third.locator(".state--in_progress")).to_be_visible()
    move(
        third, "resolve", resolution_code="fixed", message="The pool was too small: it has twice the size now.",
        article=centre.article,
    )  # fmt: skip
    expect(third.locator(".state--resolved")).to_be_visible()

    expect(customer.locator("main")).to_contain_text("twice the size now", timeout=5_000)
    customer.locator("form[action$='/solved/'] button").first.click()
    expect(customer.locator("main")).to_contain_text("Closed", timeout=5_000)

    story = centre.ask(
        "from tickets.models import Ticket\n"
        f"ticket = Ticket.objects.get(number={number!r})\n"
        "print(json.dumps({'state': ticket.state, 'kb': ticket.kb_state,"
        " 'moves': [e.payload['id'] for e in ticket.events.order_by('pk') if e.type == 'moved'],"
        " 'said': [e.payload['kind'] for e in ticket.events.order_by('pk') if e.type == 'message'],"
        " 'fr': list(ticket.clocks.filter(kind='FR').values_list('verdict', flat=True))}))"
    )
    assert story == {
        "state": "closed",
        "kb": "paid",
        "moves": ["T02", "T03", "T05", "T04", "T06", "T04", "T15", "T16"],
        "said": ["reply", "reply"],
        "fr": ["met"],
    }
