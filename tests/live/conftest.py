"""A hub on the real Redis of the test run, and a way to read server-sent events like a browser."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.conf import settings

from common.live.endpoint import LiveEndpoint
from common.live.hub import Hub
from common.live.publishing import prefix

Frame = dict[str, str]


class Browser:
    """Opens a stream on an ASGI application and splits what arrives into frames."""

    def __init__(
        self, app: Callable[..., Awaitable[None]], query: str, headers: list[tuple[bytes, bytes]]
    ) -> None:
        self.scope = {
            "type": "http", "method": "GET", "path": "/live/", "query_string": query.encode(), "headers": headers,
        }  # fmt: skip
        self.app = app
        self.gone = asyncio.Event()
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.ended = False
        self.frames: asyncio.Queue[Frame] = asyncio.Queue()
        self.hold = asyncio.Event()
        self.hold.set()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
            return
        await self.hold.wait()
        self.ended = not message.get("more_body", False)
        for block in message["body"].decode().split("\n\n"):
            if block:
                self.frames.put_nowait(
                    dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
                )

    async def next(self, kind: str | None = None) -> Frame:
        """The next frame, or the next one of a kind; fails after five seconds."""
        async with asyncio.timeout(5):
            while True:
                frame = await self.frames.get()
                if kind is None or frame.get("event") == kind:
                    return frame

    def data(self, frame: Frame) -> Any:
        return json.loads(frame["data"])


@asynccontextmanager
async def opened(hub: Hub, query: str, *, last_id: str = "", heartbeat: float = 15) -> AsyncIterator[Browser]:
    headers = [(b"last-event-id", last_id.encode())] if last_id else []
    browser = Browser(LiveEndpoint(hub, heartbeat_seconds=heartbeat), query, headers)
    task = asyncio.create_task(browser.app(browser.scope, browser.receive, browser.send))
    try:
        yield browser
    finally:
        browser.gone.set()
        async with asyncio.timeout(5):
            await task


@asynccontextmanager
async def listening() -> AsyncIterator[Hub]:
    """A hub that already hears Redis."""
    hub = Hub(settings.REDIS_URL, prefix())
    hub.start()
    async with asyncio.timeout(5):
        await hub.listening.wait()
    try:
        yield hub
    finally:
        await hub.stop()


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    return asyncio.run
