"""A server that speaks the Bot API on loopback: what a real bot sees of it, and what a test wants to know of the bot."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "123456:test-token"


class BotServer(ThreadingHTTPServer):
    """`sent` holds every message the bot sent, `updates` what it is told by getUpdates; `say_no` refuses the next calls."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sent: list[dict[str, Any]] = []
        self.updates: list[dict[str, Any]] = []
        self.offsets: list[int] = []
        self.files: dict[str, bytes] = {}
        self.webhook: dict[str, Any] = {}
        self.refusals: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def say_no(self, code: int, description: str, **parameters: Any) -> None:
        """Refuse the next sendMessage or sendDocument."""
        self.refusals.append(
            {"ok": False, "error_code": code, "description": description, "parameters": parameters}
        )


class _Handler(BaseHTTPRequestHandler):
    server: BotServer

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        prefix = f"/file/bot{TOKEN}/"
        content = (
            self.server.files.get(self.path.removeprefix(prefix)) if self.path.startswith(prefix) else None
        )
        self._answer(200 if content is not None else 404, content or b"")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.path.startswith(f"/bot{TOKEN}/"):
            return self._say({"ok": False, "error_code": 401, "description": "Unauthorized"})
        method = self.path.rpartition("/")[2]
        return self._say(getattr(self, f"_{method}")(self._values(raw)))

    def _values(self, raw: bytes) -> dict[str, Any]:
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/"):
            form = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + raw)
            parts = {
                part.get_param("name", header="content-disposition"): part for part in form.get_payload()
            }
            return {
                name: (part.get_filename(), part.get_payload(decode=True))
                if part.get_filename()
                else part.get_payload(decode=True).decode()
                for name, part in parts.items()
            }
        found: dict[str, Any] = json.loads(raw or b"{}")
        return found

    def _getMe(self, _values: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 — the API's own names
        return {"ok": True, "result": {"id": 123456, "is_bot": True, "username": "desk_bot"}}

    def _setWebhook(self, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 — as above
        self.server.webhook = values
        return {"ok": True, "result": True}

    def _getUpdates(self, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 — as above
        self.server.offsets.append(values["offset"])
        due = [update for update in self.server.updates if update["update_id"] >= values["offset"]]
        return {"ok": True, "result": due[:100]}

    def _getFile(self, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 — as above
        known = values["file_id"] in self.server.files
        if not known:
            return {"ok": False, "error_code": 400, "description": "Bad Request: invalid file_id"}
        return {"ok": True, "result": {"file_id": values["file_id"], "file_path": values["file_id"]}}

    def _sendMessage(self, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 — as above
        return self._sent(values)

    def _sendDocument(self, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 — as above
        return self._sent(values)

    def _sent(self, values: dict[str, Any]) -> dict[str, Any]:
        with self.server.lock:
            if self.server.refusals:
                return self.server.refusals.pop(0)
            if len(str(values.get("text", "")).encode("utf-16-le")) > 4096 * 2:
                return {"ok": False, "error_code": 400, "description": "Bad Request: message is too long"}
            self.server.sent.append(values)
            return {"ok": True, "result": {"message_id": 1000 + len(self.server.sent)}}

    def _say(self, answer: dict[str, Any]) -> None:
        self._answer(200 if answer["ok"] else answer["error_code"], json.dumps(answer).encode())

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def running() -> Iterator[BotServer]:
    server = BotServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def update(number: int, text: str = "The server is down.", *, chat: int = 77, **more: Any) -> dict[str, Any]:
    """A private message as Telegram sends it; `more` goes into the message."""
    person = {"id": chat, "is_bot": False, "first_name": "Anna", "last_name": "Orlova", "language_code": "en"}
    message = {
        "message_id": number,
        "from": person,
        "chat": {"id": chat, "type": "private"},
        "date": 1_700_000_000,
        **({"text": text} if text else {}),
        **more,
    }
    return {"update_id": 5000 + number, "message": message}
