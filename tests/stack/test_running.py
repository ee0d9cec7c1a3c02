"""The whole desk as real processes."""

import http.client
import json
import signal
import time
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from redis import Redis

from common.live import token
from helpdesk.stack import embedded
from tests.stack.desk import Desk

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.xdist_group("stack")]
MakeDesk = Callable[..., Desk]


class Ear:
    """A browser's stream over real HTTP."""

    def __init__(self, desk: Desk, *channels: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=10)
        self.connection.request("GET", f"/live/?{urlencode({'t': token(channels)})}")
        self.response = self.connection.getresponse()

    def wait_for(self, kind: str) -> dict[str, object]:
        while True:
            line = self.response.readline().decode().strip()
            if line == f"event: {kind}":
                found: dict[str, object] = json.loads(
                    self.response.readline().decode().removeprefix("data: ")
                )
                return found


def refuses_a_second(make_desk: MakeDesk, desk: Desk) -> None:
    """Neither the same data nor the same port may be taken twice, and the first desk does not notice."""
    same_data, same_port = make_desk(), make_desk("other")
    same_port.environment["PORT"] = str(desk.port)
    refused = same_data.run()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "is already running" in refused.stderr
    refused = same_port.run()
    assert refused.returncode == 1
    assert f"Port {desk.port} on 127.0.0.1 is in use" in refused.stderr
    assert desk.wait_ready()["status"] == "ok"


def test_desk_serves_pushes_refuses_a_second_and_leaves_no_process_behind(make_desk: MakeDesk) -> None:
    desk = make_desk().start()
    assert set(desk.wait_ready().values()) == {"ok"}
    assert desk.get("/accounts/login/")[0] == 200

    ear = Ear(desk, "line:1")
    ear.wait_for("hello")
    with Redis.from_url(embedded.urls(desk.data_dir)[1]) as redis:
        begin = time.monotonic()
        redis.publish("live:line:1", json.dumps({"kind": "ticket", "data": {"id": 3}}))
        assert ear.wait_for("ticket") == {"id": 3}
        assert time.monotonic() - begin < 1

    refuses_a_second(make_desk, desk)

    begin = time.monotonic()
    assert desk.stop(signal.SIGTERM) == 0
    assert time.monotonic() - begin < 15, "an open stream must not hold the desk up"
    assert desk.leftovers() == []
    assert "Ready in" in desk.output.read_text()


def test_killed_desk_leaves_nothing_running_and_finds_its_data_again(make_desk: MakeDesk) -> None:
    desk = make_desk().start()
    desk.wait_ready()
    with Redis.from_url(embedded.urls(desk.data_dir)[1]) as redis:
        redis.set("kept", "yes")
    control = (desk.data_dir / "postgres" / "global" / "pg_control").stat().st_ino
    assert len(desk.look()) > 8
    desk.stop(signal.SIGKILL)
    assert desk.leftovers(30) == []

    desk.start()
    desk.wait_ready()
    with Redis.from_url(embedded.urls(desk.data_dir)[1]) as redis:
        assert redis.get("kept") == b"yes"
    assert (desk.data_dir / "postgres" / "global" / "pg_control").stat().st_ino == control
    assert desk.stop(signal.SIGINT) == 0
    assert desk.leftovers() == []


def test_stop_while_still_starting_leaves_nothing(make_desk: MakeDesk) -> None:
    desk = make_desk().start()
    assert desk.process is not None
    limit = time.monotonic() + 30
    while "started" not in desk.output.read_text() and time.monotonic() < limit:
        time.sleep(0.02)
    desk.look()
    desk.stop(signal.SIGTERM)
    assert desk.leftovers() == []
