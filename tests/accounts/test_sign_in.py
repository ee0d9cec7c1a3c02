"""Signing in and out, and what the middleware puts on a request."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from accounts.middleware import ActorMiddleware
from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def user() -> Iterator[User]:
    user = factories.OperatorFactory.create().user
    user.set_password("demo")
    user.save()
    yield user
    cache.clear()


def sign_in(client: Client, login: str, password: str = "demo") -> Any:
    return client.post(LOGIN, {"login": login, "password": password})


@pytest.mark.parametrize("by", ["username", "email"])
def test_a_person_signs_in_by_name_or_mail(user: User, by: str) -> None:
    client = Client()
    assert sign_in(client, getattr(user, by)).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_session_id_known_before_the_sign_in_is_worth_nothing_after(user: User) -> None:
    client, thief = Client(), Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = 1
    session.save()
    client.cookies["helpdesk"] = thief.cookies["helpdesk"] = session.session_key
    sign_in(client, user.username)
    assert client.session.session_key != session.session_key
    assert "_auth_user_id" not in thief.session


def test_unknown_and_known_names_get_the_same_answer(user: User) -> None:
    answers = [sign_in(Client(), name, "wrong") for name in (user.username, "nobody-here")]
    pages = [
        answer.content.decode().replace(name, "…")
        for answer, name in zip(answers, (user.username, "nobody-here"), strict=True)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(pages[0]) == len(pages[1])


def test_after_five_wrong_passwords_the_right_one_waits_too(user: User) -> None:
    client = Client()
    for _ in range(5):
        sign_in(client, user.username, "wrong")
    sign_in(client, user.username)
    assert "_auth_user_id" not in client.session


def test_a_deactivated_user_does_not_get_in(user: User) -> None:
    user.is_active = False
    user.save()
    client = Client()
    sign_in(client, user.username)
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up_by_themselves() -> None:
    before = User.objects.count()
    form = {
        "username": "new",
        "email": "new@x.example",
        "password1": "long-enough-1",
        "password2": "long-enough-1",
    }
    Client().post("/accounts/signup/", form)
    assert User.objects.count() == before


def test_signing_out_takes_a_post(user: User) -> None:
    client = Client()
    client.force_login(user)
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_after_the_sign_in_nobody_is_sent_to_another_site(user: User) -> None:
    answer = Client().post(
        f"{LOGIN}?next=https://evil.example/", {"login": user.username, "password": "demo"}
    )
    assert "evil" not in answer["Location"]


def test_the_admin_site_has_no_sign_in_of_its_own(user: User) -> None:
    answer = Client().post("/admin/login/", {"username": user.username, "password": "demo"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(LOGIN)


def through_middleware(user: Any) -> dict[str, Any]:
    """What a view sees behind the middleware."""
    seen: dict[str, Any] = {}

    def view(request: HttpRequest) -> HttpResponse:
        seen["actor"] = request.actor  # type: ignore[attr-defined]
        seen["language"], seen["zone"] = translation.get_language(), timezone.get_current_timezone_name()
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = user
    with translation.override("en"):
        ActorMiddleware(view)(request)
    return seen


def test_the_persons_own_language_and_zone_win(user: User) -> None:
    user.language, user.time_zone = "ru", "Asia/Vladivostok"
    seen = through_middleware(user)
    assert (seen["language"], seen["zone"]) == ("ru", "Asia/Vladivostok")
    assert seen["actor"].user_id == user.pk
    assert timezone.get_current_timezone_name() != "Asia/Vladivostok"


def test_nobody_has_no_actor() -> None:
    from django.contrib.auth.models import AnonymousUser

    assert through_middleware(AnonymousUser()) == {
        "actor": None, "language": "en", "zone": timezone.get_current_timezone_name(),
    }  # fmt: skip
