"""One bot's line to the Bot API. Its token never reaches a log or an error text."""

import logging
from contextlib import suppress
from typing import Any, Self

import httpx
from django.conf import settings
from django.utils.crypto import salted_hmac

# Its messages at INFO hold the address of each request, and the token with it.
logging.getLogger("httpx").setLevel(logging.WARNING)

TIMEOUT_S = 10.0
# What a bot may download (https://core.telegram.org/bots/api#getfile).
MAX_DOWNLOAD = 20 * 1024 * 1024


class TelegramError(Exception):
    """The API said no: `code` as in HTTP, `retry_after` in seconds where it asks for patience."""

    def __init__(self, code: int, description: str, retry_after: float = 0.0) -> None:
        super().__init__(f"{code} {description}")
        self.code, self.retry_after = code, retry_after


class UnreachableError(Exception):
    """No answer, or none that can be understood."""


def bot_settings(name: str) -> dict[str, str] | None:
    """Token and the like of a bot, None for one that is not set up (any more)."""
    found: dict[str, str] | None = settings.TELEGRAM_BOTS.get(name)
    return found


def webhook_secret(name: str) -> str:
    """What Telegram shows with each update: given to it by `setWebhook`, and derived, so that nobody has to keep it."""
    return salted_hmac("messaging.telegram.webhook", name, algorithm="sha256").hexdigest()


class BotApi:
    """Use as a context manager: one connection for several calls."""

    def __init__(self, name: str) -> None:
        bot = bot_settings(name)
        if bot is None:
            raise TelegramError(404, f"there is no bot “{name}” in the settings")
        self.token = bot["token"]
        self.http = httpx.Client(
            base_url=settings.TELEGRAM_API_URL, timeout=TIMEOUT_S, follow_redirects=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        with suppress(httpx.HTTPError):
            self.http.close()

    def call(self, method: str, **parameters: Any) -> Any:
        """The `result` of a method. Raises `TelegramError` or `UnreachableError`."""
        return self.ask(method, parameters)

    def ask(
        self,
        method: str,
        parameters: dict[str, Any],
        *,
        files: dict[str, tuple[str, bytes, str]] | None = None,
        patience: float = TIMEOUT_S,
    ) -> Any:
        """As `call`, with files, or with more patience in seconds."""
        body: dict[str, Any] = {"data": parameters, "files": files} if files else {"json": parameters}
        try:
            answer = self.http.post(f"/bot{self.token}/{method}", timeout=patience, **body)
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise UnreachableError(self._told(error)) from None
        if not isinstance(said, dict):
            raise UnreachableError("the answer is no object")
        if said.get("ok") is True:
            return said.get("result")
        patience = (said.get("parameters") or {}).get("retry_after") or 0
        raise TelegramError(
            int(said.get("error_code") or answer.status_code), str(said.get("description"))[:300], patience
        )

    def download(self, file_id: str) -> bytes:
        """A file by its id, at most `MAX_DOWNLOAD` bytes of it. Raises like `call`; 413 for a larger one."""
        path = self.call("getFile", file_id=file_id).get("file_path", "")
        taken = bytearray()
        try:
            with self.http.stream("GET", f"/file/bot{self.token}/{path}") as answer:
                if answer.status_code != 200:
                    raise TelegramError(answer.status_code, "the file is not there")
                for part in answer.iter_bytes(1 << 16):
                    taken += part
                    if len(taken) > MAX_DOWNLOAD:
                        raise TelegramError(413, "the file is too large")
        except httpx.HTTPError as error:
            raise UnreachableError(self._told(error)) from None
        return bytes(taken)

    def _told(self, error: Exception) -> str:
        return f"{type(error).__name__}: {error}".replace(self.token, "…")[:300]
