"""Tokens in the administration: to look at, and to revoke by those who may."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, User
from accounts.services.tokens import create_token, user_of_token
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def revoke(permissions: list[str]) -> bool:
    """Try to revoke a token as a staff user with these permissions; whether it stopped working."""
    clerk: User = UserFactory.create(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    token, text = create_token(user=UserFactory.create(), label="robot")
    client = Client()
    client.force_login(clerk)
    client.post(
        reverse("admin:accounts_apitoken_changelist"), {"action": "revoke", "_selected_action": [token.pk]}
    )
    assert ApiToken.objects.filter(pk=token.pk).exists()
    return user_of_token(text) is None


def test_who_may_delete_tokens_can_revoke_one() -> None:
    assert revoke(["view_apitoken", "delete_apitoken"])


def test_who_may_only_look_at_tokens_cannot_revoke_one() -> None:
    assert not revoke(["view_apitoken"])
