"""Every channel the whole way: a customer speaks, an operator sees it within five seconds and answers, the customer
has the answer in the same conversation."""

import json
import smtplib
import time
from collections.abc import Callable
from email.message import Message
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from messaging.services.calls.events import sign
from messaging.services.telegram.api import webhook_secret
from tests.journeys.conftest import PHONE_SECRET, Centre
from tests.messaging.factories import raw_mail
from tests.messaging.telegram.server import update

pytestmark = pytest.mark.xdist_group("journeys")
SEEN_WITHIN = 5_000
IT = "it@north.example"


def queue(sign_in: Callable[[str], Page]) -> Page:
    """The operator looks at all open tickets, the stream is live."""
    page = sign_in("first")
    page.goto("/desk/?view=all")
    page.wait_for_function("() => document.querySelector('[data-link=live]')")
    return page


def answer(page: Page, text: str) -> None:
    page.fill("#composer-text", text)
    page.locator("[data-send=reply]").click()
    expect(page.locator("#thread")).to_contain_text(text.replace("*", ""))


def post_mail(centre: Centre, raw: bytes, to: str = "support@desk.example") -> None:
    with smtplib.SMTP("127.0.0.1", int(centre.desk.environment["MAIL_INTAKE_PORT"]), timeout=20) as smtp:
        smtp.sendmail(IT, [to], raw)


def awaited(found: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return value


def words(mail: Message) -> str:
    parts = mail.get_payload()
    assert isinstance(parts, list)
    content = parts[0].get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def test_mail(centre: Centre, sign_in: Callable[[str], Page]) -> None:
    page = queue(sign_in)
    post_mail(
        centre,
        raw_mail(
            "All mail is gone.", sender=f"IT <{IT}>", subject="No mail today", message_id="<j1@north.example>"
        ),
    )
    page.get_by_text("No mail today").click(timeout=SEEN_WITHIN)
    answer(page, "We are **on it**.")

    def answers() -> list[Message]:
        return [mail for mail in centre.sink.to(IT) if "on it" in words(mail)]

    (mail,) = awaited(answers)
    assert mail["In-Reply-To"] == "<j1@north.example>"
    assert mail["Auto-Submitted"] is None
    assert "<strong>on it</strong>" in mail.get_payload()[1].get_payload(decode=True).decode()  # type: ignore[index, union-attr]
    expect(page.locator(".msg--reply .badge--good")).to_contain_text("delivered")
    post_mail(
        centre,
        raw_mail("Thank you for the quick answer, which server is it?", sender=IT, to=mail["Reply-To"],
                 subject=f"Re: {mail['Subject']}", In_Reply_To=mail["Message-ID"], message_id="<j2@north.example>"),
        mail["Reply-To"],
    )  # fmt: skip
    expect(page.locator("#thread")).to_contain_text("which server is it?", timeout=SEEN_WITHIN)


def test_telegram(centre: Centre, sign_in: Callable[[str], Page]) -> None:
    page = queue(sign_in)

    def say(number: int, text: str) -> None:
        done = httpx.post(
            f"{centre.origin}/api/messaging/telegram/v1/support/updates",
            json=update(number, text, chat=4242, date=int(time.time())),
            headers={"X-Telegram-Bot-Api-Secret-Token": webhook_secret("support")}, timeout=20,
        )  # fmt: skip
        assert done.status_code == 200

    say(1, "The chat server does not answer")
    page.get_by_text("The chat server does not answer").first.click(timeout=SEEN_WITHIN)
    answer(page, "We are restarting it.")

    def told() -> list[dict[str, Any]]:
        return [one for one in centre.telegram.sent if one.get("text") == "We are restarting it."]

    (sent,) = awaited(told)
    assert (sent["chat_id"], sent["reply_parameters"]["message_id"]) == ("4242", 1)
    say(2, "It works again, thank you very much for the help")
    expect(page.locator("#thread")).to_contain_text("It works again", timeout=SEEN_WITHIN)


def test_telephone(centre: Centre, sign_in: Callable[[str], Page]) -> None:
    page = queue(sign_in)

    def event(kind: str, **more: str) -> None:
        body = json.dumps(
            {"event_id": f"j-{kind}", "call_id": "j-1", "type": kind, "from": "+73832000000", **more}
        ).encode()
        now = str(int(time.time()))
        headers = {
            "X-Desk-Source": "office",
            "X-Desk-Timestamp": now,
            "X-Desk-Signature": sign(PHONE_SECRET, now, body),
        }
        assert (
            httpx.post(
                f"{centre.origin}/api/messaging/calls/v1/events", content=body, headers=headers, timeout=20
            ).status_code
            == 202
        )

    began = time.monotonic()
    event("queued")
    expect(page.locator(".call--waiting")).to_contain_text("+73832000000", timeout=1_000)
    assert time.monotonic() - began < 2.0
    event("answered", operator="101")
    page.locator(".call").get_by_role("link", name="Open").click(timeout=SEEN_WITHIN)
    expect(page.locator("#thread")).to_contain_text("+73832000000")
    expect(page.locator("#thread")).to_contain_text("Answered at")
    event("ended")
    expect(page.locator("#thread")).to_contain_text("The call has ended", timeout=SEEN_WITHIN)
    expect(page.locator(".call")).to_have_count(0)


def test_a_call_is_logged_in_three_fields(sign_in: Callable[[str], Page]) -> None:
    page = sign_in("first")
    page.goto("/desk/new/")
    page.get_by_role("link", name="Log a call").click()
    page.get_by_label("Who called").fill("+7 383 200-00-11")
    page.get_by_label("In a few words").fill("Wants a copy of the invoice")
    page.get_by_label("What was said").fill("For October, by mail.")
    page.get_by_role("button", name="Open the ticket").click()
    expect(page.locator("h1")).to_contain_text("Wants a copy of the invoice")


def test_chat_of_the_portal(centre: Centre, sign_in: Callable[[str], Page]) -> None:
    page, customer = queue(sign_in), sign_in("director")
    customer.goto("/portal/")
    customer.locator("#chat summary").click()
    customer.locator("#chat-text").fill("Our shop shows an error page")
    customer.locator(".chat__form button").click()
    expect(customer.locator(".chat__said--mine")).to_contain_text("Our shop shows an error page")
    page.get_by_text("Our shop shows an error page").first.click(timeout=SEEN_WITHIN)
    answer(page, "Which page is it?")
    expect(customer.locator("#chat-talk")).to_contain_text("Which page is it?", timeout=SEEN_WITHIN)
    customer.locator("#chat-text").fill("The one of the basket")
    customer.locator(".chat__form button").click()
    expect(page.locator("#thread")).to_contain_text("The one of the basket", timeout=SEEN_WITHIN)


def test_a_contact_connects_the_chat_by_a_link_of_the_portal(
    centre: Centre, sign_in: Callable[[str], Page]
) -> None:
    page = sign_in("director")
    page.goto("/portal/profile/")
    with page.expect_request(lambda request: request.url.startswith("https://t.me/desk_bot?start=")) as asked:
        page.get_by_role("button", name="Connect Telegram").click(no_wait_after=True)
    key = asked.value.url.partition("start=")[2]
    httpx.post(
        f"{centre.origin}/api/messaging/telegram/v1/support/updates",
        json=update(50, f"/start {key}", chat=777), timeout=20,
        headers={"X-Telegram-Bot-Api-Secret-Token": webhook_secret("support")},
    )  # fmt: skip
    awaited(
        lambda: [
            one for one in centre.telegram.sent if one["chat_id"] == "777" and "yours now" in one["text"]
        ]
    )
    page.goto("/portal/profile/")
    expect(page.get_by_text("Your chat is connected")).to_be_visible()
