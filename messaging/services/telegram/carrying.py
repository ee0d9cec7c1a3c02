"""Messages to chats. The Bot API knows no idempotency key: one that was taken and not yet marked may come twice."""

from contextlib import suppress
from typing import Any, Self

from django.core.files.storage import default_storage
from django.utils.translation import gettext_noop

from messaging.models import OutboundMessage
from messaging.services.carrying import AwayError, LaterError, RefusedError
from messaging.services.telegram.api import BotApi, TelegramError, UnreachableError, bot_settings

# The chat has been closed to us, or never was one: trying again is of no use.
REFUSED_FOR_GOOD = {400, 403, 413}
# Kept in English, shown in the reader's language.
NO_BOT = gettext_noop("the bot of this chat is not set up any more")
REPLY_HEADER = "reply-to-message"


class TelegramCarrier:
    """A `Carrier`: one connection for each bot."""

    def __init__(self) -> None:
        self.bots: dict[str, BotApi] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        for bot in self.bots.values():
            bot.close()

    def carry(self, message: OutboundMessage) -> str:
        bot, _mark, chat = message.to.rpartition(":")
        if bot_settings(bot) is None:
            raise RefusedError(NO_BOT, for_good=True)
        try:
            sent = _send(self._bot(bot), chat, message)
        except UnreachableError as error:
            raise AwayError(str(error)) from error
        except TelegramError as error:
            if error.code == 429:
                raise LaterError(str(error), max(error.retry_after, 1.0)) from error
            if error.code >= 500 or error.code in (401, 404):
                raise AwayError(str(error)) from error
            raise RefusedError(str(error), for_good=error.code in REFUSED_FOR_GOOD) from error
        return str(sent.get("message_id") or "") if isinstance(sent, dict) else ""

    def _bot(self, name: str) -> BotApi:
        if name not in self.bots:
            self.bots[name] = BotApi(name)
        return self.bots[name]


def _send(bot: BotApi, chat: str, message: OutboundMessage) -> Any:
    more: dict[str, Any] = {}
    with suppress(ValueError):
        answers = int(message.headers.get(REPLY_HEADER, ""))
        more["reply_parameters"] = {"message_id": answers, "allow_sending_without_reply": True}
    if not message.files:
        return bot.call(
            "sendMessage", chat_id=chat, text=message.text, link_preview_options={"is_disabled": True}, **more
        )
    (file,) = message.files
    with default_storage.open(file["path"]) as content:
        document = (file["name"], content.read(), file["content_type"])
    return bot.ask("sendDocument", {"chat_id": chat}, files={"document": document}, patience=60)
