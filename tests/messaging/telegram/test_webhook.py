"""Telegram's door: nobody else may knock, and one update is one message however often it comes."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from messaging.models import InboundMessage
from messaging.services.telegram.api import BotApi, TelegramError, UnreachableError, webhook_secret
from messaging.services.telegram.polling import poll
from tests.messaging.telegram.server import TOKEN, BotServer, update

ADDRESS = "/api/messaging/telegram/v1/support/updates"


def knock(body: Any, secret: str | None = None, address: str = ADDRESS) -> Any:
    headers = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret("support") if secret is None else secret}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(address, data=content, content_type="application/json", headers=headers)


@pytest.mark.django_db(transaction=True)
def test_an_update_is_stored_raw_before_it_is_accepted(telegram: BotServer) -> None:
    answer = knock(update(1))
    assert answer.status_code == 200
    stored = InboundMessage.objects.get()
    assert json.loads(bytes(stored.raw)) == update(1)
    assert (stored.mailbox.channel, stored.mailbox.address, stored.message_id) == (
        "telegram",
        "support",
        "update:5001",
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("secret", ["", "wrong", "ключ", "0" * 64])
def test_a_wrong_secret_stores_nothing_and_is_refused(telegram: BotServer, secret: str) -> None:
    assert knock(update(1), secret).status_code == 403
    assert knock(update(1), webhook_secret("support"), ADDRESS.replace("support", "other")).status_code == 403
    assert not InboundMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"update_id": "x"}', b"null", b"[" * 100_000])
def test_what_is_no_update_is_answered_with_a_problem_document(telegram: BotServer, body: bytes) -> None:
    answer = knock(body)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert not InboundMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_update_fifty_times_at_once_is_one_message(telegram: BotServer) -> None:
    def once(_number: int) -> int:
        try:
            return int(knock(update(1)).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(once, range(50))) == {200}
    assert InboundMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_polling_stores_each_update_before_it_confirms_it(telegram: BotServer) -> None:
    telegram.updates = [update(1), update(2)]
    assert poll("support", wait=0) == 2
    assert poll("support", wait=0) == 0
    assert telegram.offsets == [0, 5003]


@pytest.mark.django_db(transaction=True)
def test_an_update_told_again_after_a_crash_is_known(telegram: BotServer) -> None:
    telegram.updates = [update(1)]
    knock(update(1))
    InboundMessage.objects.update(message_id="update:5001")
    assert poll("support", wait=0) == 0
    assert InboundMessage.objects.count() == 1


def test_the_webhook_is_set_with_its_secret(telegram: BotServer, settings: Any) -> None:
    settings.BASE_URL = "https://desk.example"
    call_command("telegram", "webhook")
    assert telegram.webhook["url"] == f"https://desk.example{ADDRESS}"
    assert telegram.webhook["secret_token"] == webhook_secret("support")


def test_polling_without_a_bot_that_is_polled_says_so(telegram: BotServer) -> None:
    with pytest.raises(CommandError, match="poll"):
        call_command("telegram", "poll")


def test_the_token_stands_in_no_error_and_no_log(
    telegram: BotServer, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with BotApi("support") as bot:
        bot.call("getMe")
        with pytest.raises(TelegramError) as refused:
            bot.download("nothing")
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    with BotApi("support") as bot, pytest.raises(UnreachableError) as away:
        bot.call("getMe")
    assert TOKEN not in f"{refused.value} {away.value} {caplog.text}"
