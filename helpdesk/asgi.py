"""The one web application: open streams in asyncio, everything else in Django on persistent threads.

Why two kinds in one process: docs/decisions/web-server.md.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware
from django.conf import settings

from common.live.endpoint import LiveEndpoint, Receive, Scope, Send
from common.live.hub import Hub
from common.live.publishing import prefix
from helpdesk.wsgi import application as wsgi

# Django takes seconds to read a content type of hundreds of kilobytes; no honest client sends a tenth of this.
MAX_HEADER_BYTES = 32 * 1024
THREADS = int(os.environ.get("WEB_THREADS", "8"))
# Alerts come by the thousand: they wait for each other, and never take the threads and the processor from people.
ALERTS = "/api/monitoring/"
ALERT_THREADS = int(os.environ.get("ALERT_THREADS", "2"))
# An alert that comes while a person waits for a page lets that pass first, but no longer than this.
PASS_SECONDS = 0.1


class ClientGoneError(OSError):
    """The client went away in the middle of its request: what arrived is not the whole of it."""


class Application:
    """Routes `/live/` to the streams of this process and the rest to Django, alerts on threads of their own."""

    def __init__(self, django: Callable[..., Any], *, threads: int = THREADS) -> None:
        # The library describes messages more narrowly than the ASGI standard, which we pass through untouched.
        self.django: Any = WSGIMiddleware(django, workers=threads)
        self.alerts: Any = WSGIMiddleware(django, workers=ALERT_THREADS)
        self._people = 0
        self._nobody_waits = asyncio.Event()
        self._hub: Hub | None = None
        self._live: LiveEndpoint | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"] == "/live/":
            await self.live()(scope, receive, send)
        else:
            await self._ask_django(scope, receive, send)

    def live(self) -> LiveEndpoint:
        """Made inside the running loop, so that the application also works under a server without lifespan."""
        if self._live is None:
            self._hub = Hub(settings.REDIS_URL, prefix())
            self._hub.start()
            self._live = LiveEndpoint(self._hub)
        return self._live

    async def _ask_django(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope["headers"]
        if any(name == b"transfer-encoding" for name, _ in headers) and not _has(headers, b"content-length"):
            # WSGI cannot tell where such a body ends and Django would read it as empty: a silent loss.
            await _refuse(send, 411, b"Send a Content-Length with the body.")
            return
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
            await _refuse(send, 431, b"The headers of this request are too large.")
            return
        # WSGI reads X_Real_Ip and X-Real-Ip as one name: the spelling that no proxy overwrites is dropped.
        clean = {**scope, "headers": [(name, value) for name, value in headers if b"_" not in name]}
        # Bytes that should have been percent-encoded become so; WSGI carries nothing else.
        clean["query_string"] = quote_from_bytes(scope["query_string"], safe="!#$%&'()*+,/:;=?@[]~").encode()
        if scope["path"].startswith(ALERTS):
            await self._let_people_pass()
            await self.alerts(clean, _whole_bodies_only(receive), send)
            return
        self._people += 1
        self._nobody_waits.clear()
        try:
            await self.django(clean, _whole_bodies_only(receive), send)
        finally:
            self._people -= 1
            if not self._people:
                self._nobody_waits.set()

    async def _let_people_pass(self) -> None:
        if self._people:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nobody_waits.wait(), PASS_SECONDS)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self.live()
        _on_stop(self._close_streams)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if self._hub is not None:
            await self._hub.stop()
        await send({"type": "lifespan.shutdown.complete"})

    def _close_streams(self) -> None:
        if self._hub is not None:
            self._hub.closing.set()


def _has(headers: list[tuple[bytes, bytes]], wanted: bytes) -> bool:
    return any(name == wanted for name, _ in headers)


def _whole_bodies_only(receive: Receive) -> Receive:
    async def wrapped() -> Any:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        return message

    return wrapped


async def _refuse(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _on_stop(close: Callable[[], None]) -> None:
    """Call `close` at SIGTERM and SIGINT before the server's own handler.

    The server waits for open responses before it says `lifespan.shutdown`, and streams do not end by themselves.
    """
    loop = asyncio.get_running_loop()

    def install(number: signal.Signals) -> None:
        before = signal.getsignal(number)

        def handler(received: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(close)
            if callable(before):
                before(received, frame)

        signal.signal(number, handler)

    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            install(number)
    except ValueError:
        # Not the main thread (a test's live server): nobody sends us signals there.
        return


application = Application(wsgi)
