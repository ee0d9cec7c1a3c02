"""What the router does to a request before Django sees it."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from helpdesk.asgi import Application, ClientGoneError

Environ = dict[str, Any]


class Echo:
    """A WSGI application that keeps what it was given."""

    def __init__(self) -> None:
        self.environ: Environ = {}
        self.body: bytes | Exception = b""

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.environ = environ
        try:
            self.body = environ["wsgi.input"].read()
        except OSError as error:
            self.body = error
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]


def ask(
    messages: list[dict[str, Any]] | None = None,
    headers: list[tuple[bytes, bytes]] | None = None,
    **changed: Any,
) -> tuple[Echo, int]:
    """Send one request through the router; (what Django saw, status)."""
    echo, sent = Echo(), []
    waiting = list(messages or [{"type": "http.request", "body": b"", "more_body": False}])
    scope = {
        "type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers or [],
        "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), **changed,
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Application(echo, threads=1)(scope, receive, send))
    return echo, sent[0]["status"]


def test_header_spelled_with_underscores_cannot_pose_as_the_proxys() -> None:
    echo, _ = ask(headers=[(b"x_forwarded_proto", b"https"), (b"x-real", b"yes")])
    assert "HTTP_X_FORWARDED_PROTO" not in echo.environ
    assert echo.environ["HTTP_X_REAL"] == "yes"


def test_body_without_a_length_is_refused_instead_of_read_as_empty() -> None:
    echo, status = ask(headers=[(b"transfer-encoding", b"chunked")])
    assert status == 411
    assert echo.environ == {}


def test_body_cut_off_by_a_lost_connection_is_never_taken_for_the_whole() -> None:
    cut = [{"type": "http.request", "body": b"half of", "more_body": True}, {"type": "http.disconnect"}]
    echo, _ = ask(cut, headers=[(b"content-length", b"100")])
    assert isinstance(echo.body, ClientGoneError)


def test_whole_body_arrives_in_one_piece() -> None:
    parts = [
        {"type": "http.request", "body": b"one ", "more_body": True},
        {"type": "http.request", "body": b"two", "more_body": False},
    ]
    assert ask(parts, headers=[(b"content-length", b"7")])[0].body == b"one two"


@pytest.mark.parametrize(
    ("query", "expected"),
    [(b"q=\xd0\xb9", "q=%D0%B9"), (b"q=%D0%B9&a=1+2", "q=%D0%B9&a=1+2"), (b"q=\xff", "q=%FF")],
)
def test_raw_bytes_in_a_query_do_not_break_the_server(query: bytes, expected: str) -> None:
    assert ask(query_string=query)[0].environ["QUERY_STRING"] == expected


def test_websocket_is_closed_politely() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Application(Echo(), threads=1)({"type": "websocket", "path": "/"}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1000}]
