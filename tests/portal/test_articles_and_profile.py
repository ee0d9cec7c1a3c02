"""Reading articles and choosing language, zone and colours."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Actor
from accounts.models import User
from knowledge.enums import Text
from knowledge.models import Feedback
from tests.knowledge.factories import article

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PROFILE = "/portal/profile/"


def test_an_article_is_read_in_the_readers_language_with_the_other_one_click_away(
    mine: Client, me: Actor
) -> None:
    found = article(
        "Order a certificate", "Open **Orders**.", ru=Text(title="Как заказать сертификат", body="Откройте.")
    )
    address = f"/portal/articles/{found.code}/"
    assertContains(mine.get(address), "<strong>Orders</strong>", html=True)
    assertContains(mine.get(address, {"lang": "ru"}), "Как заказать сертификат")
    User.objects.filter(pk=me.user_id).update(language="ru")
    assertContains(mine.get(address), "Как заказать сертификат")


def test_search_finds_while_typing_and_offers_us_when_there_is_nothing(mine: Client) -> None:
    article("Order a certificate")
    assertContains(mine.get("/portal/articles/", {"q": "certif"}, headers=HTMX), "/portal/articles/KB-")
    nothing = mine.get("/portal/articles/", {"q": "zeppelin & co"})
    assertContains(nothing, "/portal/requests/new/?subject=zeppelin%20%26%20co")
    assertContains(mine.get("/portal/requests/new/", {"subject": "zeppelin & co"}), "zeppelin &amp; co")


def test_articles_are_listed_in_pages(mine: Client) -> None:
    for number in range(21):
        article(f"Instruction number {number}")
    assertContains(mine.get("/portal/articles/"), "Instruction number", count=20)
    assertContains(mine.get("/portal/articles/", {"page": "2"}), "Instruction number", count=1)
    assertContains(mine.get("/portal/articles/", {"page": "x"}), "Instruction number", count=20)


def test_feedback_is_kept_once_and_a_no_leads_to_us(mine: Client, me: Actor) -> None:
    address = f"/portal/articles/{article('Order a certificate').code}/feedback/"
    assertContains(mine.post(address, {"verdict": "helped"}, headers=HTMX), "Thank you")
    assertContains(mine.post(address, {"verdict": "not_helped"}, headers=HTMX), "Ask us")
    said = Feedback.objects.get()
    assert (said.verdict, said.contact_id) == ("not_helped", me.contact_id)
    assert mine.post(address, {"verdict": "wrong"}).status_code == 400
    page = mine.post(address, {"verdict": "helped"}, follow=True)
    assertContains(page, "Good to hear")


def test_settings_are_kept_and_used_at_once(mine: Client, me: Actor) -> None:
    answer = mine.post(PROFILE, {"language": "ru", "time_zone": "Asia/Vladivostok", "theme": "dark"})
    assertRedirects(answer, PROFILE, fetch_redirect_response=False)
    user = User.objects.get(pk=me.user_id)
    assert (user.language, user.time_zone, user.theme) == ("ru", "Asia/Vladivostok", "dark")
    page = mine.get(PROFILE)
    assertContains(page, 'lang="ru"')
    assertContains(page, 'data-theme="dark"')
    assertContains(page, "UTC+10")


@pytest.mark.parametrize(
    "wrong",
    [{"language": "xx"}, {"time_zone": "Mars/Olympus"}, {"time_zone": "../etc/passwd"}, {"theme": "pink"}],
)
def test_a_setting_not_offered_changes_nothing(mine: Client, me: Actor, wrong: dict[str, str]) -> None:
    good = {"language": "ru", "time_zone": "Europe/Berlin", "theme": "dark"}
    assert mine.post(PROFILE, {**good, **wrong}).status_code == 422
    assert User.objects.get(pk=me.user_id).language == "en"


@pytest.mark.parametrize("key", ["is_staff", "is_superuser", "username", "groups", "org_id", "customer"])
def test_an_unknown_setting_is_refused_whole(mine: Client, me: Actor, key: str) -> None:
    good = {"language": "ru", "time_zone": "Europe/Berlin", "theme": "dark"}
    assert mine.post(PROFILE, {**good, key: "1"}).status_code == 400
    user = User.objects.get(pk=me.user_id)
    assert (user.is_staff, user.is_superuser, user.language) == (False, False, "en")


def test_pages_carry_no_inline_script_or_style(mine: Client) -> None:
    code = article("Order a certificate").code
    for address in (
        "/portal/",
        "/portal/requests/new/",
        "/portal/articles/",
        f"/portal/articles/{code}/",
        PROFILE,
    ):
        page = mine.get(address)
        assertNotContains(page, " style=")
        assertNotContains(page, " onclick=")
        assertNotContains(page, "<script>")
        assert "'unsafe" not in page.headers["Content-Security-Policy"]
