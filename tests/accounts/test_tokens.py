"""Tokens: shown once, kept as a digest, worth nothing when expired, revoked or their user is gone."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken, User
from accounts.services.tokens import PREFIX, create_token, digest_of, revoke_token, user_of_token
from common import clock
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return factories.OperatorFactory.create().user


def test_only_the_digest_of_a_token_is_kept(user: User) -> None:
    row, text = create_token(user=user, label="monitoring bridge")
    assert text.startswith(PREFIX)
    assert len(text) > 40
    kept = ApiToken.objects.filter(pk=row.pk).values().get()
    assert text not in map(str, kept.values())
    assert kept["digest"] == digest_of(text)
    assert user_of_token(text) == user


def test_two_tokens_are_never_the_same(user: User) -> None:
    assert len({create_token(user=user, label="x")[1] for _ in range(20)}) == 20


@pytest.mark.parametrize("text", ["", "hd_", " ", "hd_%20", "x" * 10_000, "\x00", "ключ"])
def test_what_is_no_token_speaks_for_nobody(user: User, text: str) -> None:
    create_token(user=user, label="x")
    assert user_of_token(text) is None


def test_another_case_of_a_token_is_another_token(user: User) -> None:
    _row, text = create_token(user=user, label="x")
    assert user_of_token(text.swapcase()) is None


def test_a_revoked_token_stops_at_once_and_stays_on_record(user: User) -> None:
    row, text = create_token(user=user, label="x")
    revoke_token(token=row)
    assert user_of_token(text) is None
    row.refresh_from_db()
    first = row.revoked_at
    revoke_token(token=row)
    row.refresh_from_db()
    assert row.revoked_at == first


def test_an_expired_token_stops_by_itself(user: User) -> None:
    _row, text = create_token(user=user, label="x", expires_at=clock.now() + timedelta(days=1))
    assert user_of_token(text) == user
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        assert user_of_token(text) is None


def test_a_token_of_a_deactivated_user_is_worth_nothing(user: User) -> None:
    _row, text = create_token(user=user, label="x")
    user.is_active = False
    user.save()
    assert user_of_token(text) is None


def test_looking_a_token_up_costs_one_query_and_writes_its_use_rarely(user: User) -> None:
    row, text = create_token(user=user, label="x")
    user_of_token(text)
    row.refresh_from_db()
    used = row.last_used_at
    assert used is not None
    with CaptureQueriesContext(connection) as queries:
        user_of_token(text)
    assert len(queries) == 1
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        user_of_token(text)
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert row.last_used_at > used


def test_the_command_prints_a_token_that_works_and_nothing_else(user: User) -> None:
    out = StringIO()
    call_command("create_token", "--user", user.username, "--label", "bridge", "--days", "7", stdout=out)
    text = out.getvalue().strip()
    assert user_of_token(text) == user
    row = ApiToken.objects.get()
    assert (row.label, row.expires_at is not None) == ("bridge", True)


def test_the_command_says_when_there_is_no_such_user() -> None:
    with pytest.raises(CommandError, match="nobody-here"):
        call_command("create_token", "--user", "nobody-here")
