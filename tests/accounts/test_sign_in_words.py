"""What the sign-in page says, in Russian and in English."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
ADDRESS = "/accounts/login/"


@pytest.mark.parametrize(
    ("language", "label"), [("ru", "Имя пользователя или e-mail"), ("en", "User name or e-mail")]
)
def test_field_is_named_for_what_it_takes(client: Client, language: str, label: str) -> None:
    page = client.get(ADDRESS, headers={"accept-language": language})
    assert page.context["form"]["login"].label == label


def test_page_has_one_link_for_a_forgotten_password(client: Client) -> None:
    assert client.get(ADDRESS).content.decode().count("/accounts/password/reset/") == 1


def test_signing_in_is_not_announced(client: Client) -> None:
    User.objects.create_user("operator", password="a long enough secret")
    answer = client.post(ADDRESS, {"login": "operator", "password": "a long enough secret"})
    assert answer.status_code == 302
    assert [
        str(message).strip() for message in get_messages(answer.wsgi_request) if str(message).strip()
    ] == []
