"""The script in Zabbix's own engine, run by the very request that the button “Test” makes."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.zabbix import setting_up
from tests.zabbix.conftest import Pair


def press_test(pair: Pair, **given: str) -> dict[str, Any]:
    """Answer of the server to the dialog: every parameter as it stands in the media type, but for those typed in."""
    found = setting_up.media_type(pair.api)
    parameters = {one["name"]: one["value"] for one in found["parameters"]}
    who = {"username": "Admin", "password": "zabbix"}
    session = pair.api.send_api_request("user.login", who, need_auth=False)["result"]
    data = {"mediatypeid": found["mediatypeid"], "parameters": {**parameters, **given}}
    answer = pair.zabbix.ask({"request": "alert.send", "sid": session, "data": data})
    assert pair.desk.source_token not in str(answer)
    return answer


@contextmanager
def moved(to: str) -> Iterator[str]:
    """The address of a server that only says where the desk is now."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(301)
            self.send_header("Location", to + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silent."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_button_reaches_the_desk_and_stores_nothing(pair: Pair) -> None:
    before = pair.desk.deliveries.count()
    answer = press_test(pair, desk_token=pair.desk.source_token)
    assert answer["response"] == "success", answer
    assert '"test":true' in str(answer["data"]).replace(" ", "")
    assert pair.desk.deliveries.count() == before


def test_token_that_was_never_filled_in_is_named(pair: Pair) -> None:
    answer = press_test(pair)
    assert answer["response"] == "failed"
    assert "desk_token" in answer["info"]


def test_wrong_token_is_a_failure_that_the_desk_lists(pair: Pair) -> None:
    answer = press_test(pair, desk_token="hz_wrong")
    assert answer["response"] == "failed"
    assert "HTTP 401" in answer["info"]


def test_address_that_redirects_is_a_failure_though_zabbix_itself_takes_it_for_success(pair: Pair) -> None:
    with moved(pair.desk.address) as old:
        answer = press_test(pair, desk_token=pair.desk.source_token, desk_url=old)
    assert answer["response"] == "failed"
    assert "redirects" in answer["info"]


def test_something_else_that_answers_at_the_address_is_a_failure(pair: Pair) -> None:
    answer = press_test(
        pair, desk_token=pair.desk.source_token, desk_url=f"{pair.zabbix.address}/index.php?x="
    )
    assert answer["response"] == "failed"
    assert "not the desk" in answer["info"]
