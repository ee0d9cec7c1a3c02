"""`manage.py telegram`: asks Telegram for updates, or tells it where to send them."""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections

from messaging.services.keeping_on import run_until_stopped
from messaging.services.telegram.api import BotApi, TelegramError, UnreachableError, webhook_secret
from messaging.services.telegram.polling import KINDS, poll

logger = logging.getLogger(__name__)
RETRY_S = 5.0


class Command(BaseCommand):
    help = "poll: ask for the updates of bots that have no webhook, until told to stop. webhook: set the others' webhooks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["poll", "webhook"])

    def handle(self, *args: Any, **options: Any) -> None:
        way = options["what"]
        names = [name for name, bot in settings.TELEGRAM_BOTS.items() if bot["updates"] == way]
        if not names:
            raise CommandError(f"No bot of TELEGRAM_BOTS gets its updates by {way} (docs/telegram.md).")
        if way == "poll":
            self.stdout.write(f"telegram: asking for updates of {', '.join(names)}")
            run_until_stopped("telegram", [partial(_poll_for_ever, name) for name in names])
            return
        for name in names:
            self._set_webhook(name)

    def _set_webhook(self, name: str) -> None:
        address = f"{settings.BASE_URL}/api/messaging/telegram/v1/{name}/updates"
        try:
            with BotApi(name) as bot:
                bot.call(
                    "setWebhook", url=address, secret_token=webhook_secret(name), allowed_updates=KINDS,
                    max_connections=20,
                )  # fmt: skip
        except (TelegramError, UnreachableError) as error:
            raise CommandError(f"{name}: {error}") from error
        self.stdout.write(f"{name}: updates come to {address}")


def _poll_for_ever(name: str, stop: Callable[[], bool]) -> None:
    while not stop():
        try:
            poll(name)
        except (TelegramError, UnreachableError, Error) as error:
            # A database that is away leaves the updates with Telegram: unconfirmed, they come again.
            logger.warning("telegram %s: %s", name, error)
            close_old_connections()
            time.sleep(max(getattr(error, "retry_after", 0.0), RETRY_S))
