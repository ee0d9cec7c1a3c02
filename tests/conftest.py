"""A bot whose API is a server of the test."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.messaging.telegram.server import TOKEN, BotServer, running


@pytest.fixture
def telegram(settings: Settings) -> Iterator[BotServer]:
    with running() as server:
        settings.TELEGRAM_API_URL = server.address
        settings.TELEGRAM_BOTS = {"support": {"token": TOKEN, "username": "desk_bot", "updates": "webhook"}}
        yield server
