"""A signed-in contact, and people around: a colleague, a stranger of another organisation, operators."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.enums import Actor
from accounts.models import Contact, User
from tests import factories


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def me() -> Actor:
    return factories.contact(name="IT director")


@pytest.fixture
def colleague(me: Actor) -> Actor:
    return factories.contact(customer=Contact.objects.get(pk=me.contact_id).customer, name="Accountant")


@pytest.fixture
def stranger() -> Actor:
    return factories.contact(name="Stranger")


@pytest.fixture
def operator() -> Actor:
    return factories.operator(1)


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def client_of() -> Callable[[Actor], Client]:
    return signed_in


@pytest.fixture
def mine(me: Actor) -> Client:
    return signed_in(me)
