"""Redis may be away; signing in and counting who guesses passwords go on."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db
NOBODY = "redis://127.0.0.1:1/0"


def backed_by(url: str) -> dict[str, Any]:
    """The product's cache; most tests use memory alone."""
    return {"default": {"BACKEND": "common.caching.SturdyRedisCache", "LOCATION": url}}


@pytest.fixture
def redis_away(settings: Any) -> None:
    settings.CACHES = backed_by(NOBODY)
    cache.clear()


@pytest.fixture
def person() -> Any:
    user = factories.OperatorFactory.create().user
    user.set_password("correct horse")
    user.save()
    return user


def sign_in(person: Any, password: str) -> int:
    return Client().post("/accounts/login/", {"login": person.username, "password": password}).status_code


def test_people_sign_in_while_redis_is_away(redis_away: None, person: Any) -> None:
    assert sign_in(person, "correct horse") == 302


def test_guessing_is_limited_while_redis_is_away(redis_away: None, person: Any) -> None:
    for _attempt in range(5):
        assert sign_in(person, "wrong") == 200
    assert sign_in(person, "correct horse") == 200


def test_values_live_in_redis_while_it_is_there(settings: Any) -> None:
    settings.CACHES = backed_by(settings.REDIS_URL)
    cache.set("seen", 1)
    assert cache.get("seen") == 1
    assert cache.spare.get("seen") is None
