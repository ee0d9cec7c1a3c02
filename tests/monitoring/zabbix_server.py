"""The JSON-RPC API of a Zabbix server, as far as the desk speaks with it, on loopback."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "5f0e5c0de0f3"


class ZabbixServer:
    """Answers from `events` (by id, as ``event.get`` shows them) and remembers what it was told.

    `version` decides how a caller must sign in. `trouble`: ``down`` answers 502, ``refuse`` every call with an error,
    ``nonsense`` what is no answer of an API.
    """

    def __init__(self) -> None:
        self.version, self.trouble = "6.0.14", ""
        self.events: dict[str, dict[str, Any]] = {}
        self.manual_close = True
        self.told: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.url = ""

    def add(self, event_id: int, name: str, *, clock: int, host: str = "unit-1", trigger: str = "77") -> None:
        self.events[str(event_id)] = {
            "eventid": str(event_id), "source": "0", "object": "0", "objectid": trigger, "clock": str(clock),
            "name": name, "severity": "4", "acknowledged": "0", "suppressed": "0", "r_eventid": "0", "opdata": "",
            "tags": [{"tag": "scope", "value": "power"}],
            "hosts": [{"hostid": "10559", "host": host, "name": host}],
        }  # fmt: skip

    def end(self, event_id: int, clock: int) -> None:
        self.events[str(event_id)]["r_eventid"] = str(event_id + 500)
        self.events[str(event_id + 500)] = {
            "eventid": str(event_id + 500),
            "clock": str(clock),
            "r_eventid": "-",
        }

    def answer(self, method: str, parameters: dict[str, Any]) -> Any:
        wanted = parameters.get("eventids")
        if method == "problem.get":
            rows = [row for row in self.events.values() if row["r_eventid"] == "0"]
            return [row for row in rows if wanted is None or row["eventid"] in wanted]
        if method == "event.get":
            return [row for key, row in self.events.items() if wanted is None or key in wanted]
        if method == "trigger.get":
            close = "1" if self.manual_close else "0"
            return [
                {"triggerid": one, "manual_close": close, "comments": ""} for one in parameters["triggerids"]
            ]
        assert method == "event.acknowledge", method
        self.told.append(parameters)
        return {"eventids": parameters["eventids"]}

    def is_signed_in(self, body: dict[str, Any], header: str) -> bool:
        """In the body up to 6.2, in the header from 6.4 on."""
        if tuple(map(int, self.version.split(".")[:2])) < (6, 4):
            return body.get("auth") == TOKEN
        return "auth" not in body and header == f"Bearer {TOKEN}"


@contextmanager
def running() -> Iterator[ZabbixServer]:
    """The server, listening until the end of the block."""
    zabbix = ZabbixServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            zabbix.calls.append(body["method"])
            if zabbix.trouble == "down":
                return self._send(502, {})
            if body["method"] == "apiinfo.version":
                return self._send(200, {"result": zabbix.version})
            if zabbix.trouble == "nonsense":
                return self._send(200, [])
            if zabbix.trouble == "refuse" or not zabbix.is_signed_in(
                body, self.headers.get("Authorization", "")
            ):
                return self._send(
                    200, {"error": {"code": -32602, "message": "Invalid params.", "data": "No permissions."}}
                )
            return self._send(200, {"result": zabbix.answer(body["method"], body["params"])})

        def _send(self, status: int, answer: dict[str, Any] | list[Any]) -> None:
            said = {"jsonrpc": "2.0", "id": 1, **answer} if isinstance(answer, dict) else answer
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    zabbix.url = f"http://127.0.0.1:{server.server_port}/api_jsonrpc.php"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield zabbix
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
