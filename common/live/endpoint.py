"""`GET /live/?t=<token>`: an ASGI application that streams bells as server-sent events. No thread, no database."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from common.live.hub import RESYNC, Event, Hub, Stream
from common.live.tokens import Subscription, now_ms, read

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEARTBEAT_SECONDS = 15.0
RETRY_MS = 2_000
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    # nginx would otherwise collect the events until its buffer is full.
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'"),
    (b"referrer-policy", b"same-origin"),
]


def frame(event: Event, at_ms: int) -> bytes:
    """One event of the wire format. The id is a time: a browser that comes back says from when it needs to know."""
    return f"id: {at_ms}\nevent: {event.kind}\ndata: {event.data}\n\n".encode()


def heartbeat(at_ms: int) -> bytes:
    """Keeps proxies from closing a quiet stream; an id without data moves the browser's memory and fires nothing."""
    return f"id: {at_ms}\n\n".encode()


class LiveEndpoint:
    """Serves the streams of one process from one hub."""

    def __init__(self, hub: Hub, *, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self.hub = hub
        self.heartbeat_seconds = heartbeat_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            return await _refuse(send, 405, "Only GET works here.", [(b"allow", b"GET")])
        query = parse_qs(bytes(scope["query_string"]).decode("latin1"))
        subscription = read(query.get("t", [""])[0])
        if subscription is None:
            return await _refuse(send, 403, "This live link is not valid any more: reload the page.")
        return await self._stream(scope, subscription, receive, send)

    async def _stream(self, scope: Scope, subscription: Subscription, receive: Receive, send: Send) -> None:
        with self.hub.subscribed(subscription.channels) as stream:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            if self.hub.missed_since(subscription.channels, _known_until(scope, subscription)):
                stream.put(RESYNC)
            await _write(send, f"retry: {RETRY_MS}\n".encode() + frame(Event("hello"), now_ms()))
            ends = [
                asyncio.create_task(_disconnected(receive)),
                asyncio.create_task(self.hub.closing.wait()),
                asyncio.create_task(asyncio.sleep(subscription.expires_in)),
            ]
            feed = asyncio.create_task(self._feed(stream, send))
            try:
                await asyncio.wait([*ends, feed], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (*ends, feed):
                    task.cancel()
                await asyncio.gather(*ends, feed, return_exceptions=True)
            # The browser may be gone already; then there is nobody to say good-bye to.
            with contextlib.suppress(OSError):
                await send({"type": "http.response.body", "body": b""})

    async def _feed(self, stream: Stream, send: Send) -> None:
        while True:
            try:
                # Not wait_for: before Python 3.12 it may swallow the cancellation that ends this stream.
                async with asyncio.timeout(self.heartbeat_seconds):
                    event = await stream.queue.get()
            except TimeoutError:
                await _write(send, heartbeat(now_ms()))
            else:
                await _write(send, frame(event, now_ms()))


def _known_until(scope: Scope, subscription: Subscription) -> int:
    """When this browser last knew everything: the id of its last event, else the moment its page was rendered."""
    for name, value in scope["headers"]:
        if name == b"last-event-id" and value.isdigit() and len(value) < 16:
            return max(int(value), subscription.issued_ms)
    return subscription.issued_ms


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _refuse(send: Send, status: int, text: str, extra: list[tuple[bytes, bytes]] | None = None) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        *(extra or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
