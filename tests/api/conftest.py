"""Callers of the API: one client per kind of token."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Contact, Operator, User
from accounts.services.tokens import create_token
from tests import factories


def client_of(user: User) -> APIClient:
    """A program with a fresh token of the user."""
    client = APIClient()
    _row, text = create_token(user=user, label="test")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}", HTTP_ACCEPT_LANGUAGE="en")
    return client


@pytest.fixture
def first(db: None) -> Operator:
    return factories.OperatorFactory.create(line=1)


@pytest.fixture
def desk(first: Operator) -> APIClient:
    """An operator of line 1."""
    return client_of(first.user)


@pytest.fixture
def admin(db: None) -> APIClient:
    return client_of(factories.OperatorFactory.create(line=1, is_administrator=True).user)


@pytest.fixture
def person(db: None) -> Contact:
    """A contact with portal access."""
    return factories.ContactFactory.create()


@pytest.fixture
def customer(person: Contact) -> APIClient:
    return client_of(person.user)


@pytest.fixture
def stranger(db: None) -> APIClient:
    """A contact of another organisation."""
    return client_of(factories.ContactFactory.create().user)


@pytest.fixture
def request_(customer: APIClient) -> Callable[..., dict[str, Any]]:
    """File a request as the contact, through the API."""

    def file(**values: Any) -> dict[str, Any]:
        body = {"subject": "The site is slow", "body": "Pages take ten seconds.", **values}
        answer = customer.post("/api/v1/tickets/", body)
        assert answer.status_code == 201, answer.content
        filed: dict[str, Any] = answer.json()
        return filed

    return file
