import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from common.db import database_now
from common.live.publishing import client, prefix
from helpdesk import pulse
from helpdesk.health import components
from sla.queries import heartbeat


@pytest.fixture
def no_pulses() -> Iterator[None]:
    keys = [heartbeat.key(), *(f"{prefix()}pulse:{name}" for name in pulse.LIMITS)]
    client(settings.REDIS_URL).delete(*keys)
    yield
    client(settings.REDIS_URL).delete(*keys)


def age(name: str, seconds: float) -> None:
    """As if it had been given so long ago."""
    left = pulse.KEEP_MS - int(seconds * 1000)
    client(settings.REDIS_URL).set(f"{prefix()}pulse:{name}", "alive", px=left)


@pytest.mark.django_db
def test_desk_is_well_when_every_part_gives_signs_of_life(no_pulses: None, client: Client) -> None:
    for name in pulse.LIMITS:
        pulse.give(name)
    heartbeat.beat(database_now())
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok", "database": "ok", "time": "ok", "redis": "ok", "beat": "ok", "clock": "ok", "worker": "ok",
    }  # fmt: skip
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["beat", "worker"])
def test_one_silent_part_makes_the_desk_unwell(no_pulses: None, client: Client, name: str) -> None:
    for other in pulse.LIMITS:
        pulse.give(other)
    heartbeat.beat(database_now())
    age(name, pulse.LIMITS[name] + 1)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert {key for key, state in response.json().items() if state != "ok"} == {"status", name}


@pytest.mark.django_db
def test_part_that_never_spoke_is_down(no_pulses: None) -> None:
    assert components() == {
        "database": "ok",
        "time": "ok",
        "redis": "ok",
        "beat": "down",
        "clock": "down",
        "worker": "down",
    }


@pytest.mark.django_db
def test_redis_that_is_away_is_said_and_not_raised(settings: Any, tmp_path: Path, client: Client) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["redis"] == "down"
    pulse.give("worker")


@pytest.mark.django_db
def test_health_tells_outsiders_states_and_nothing_else(client: Client) -> None:
    body = json.loads(client.get("/healthz").content)
    assert set(body.values()) <= {"ok", "unwell", "late", "stuck", "wrong", "down", "unknown"}


def test_liveness_asks_no_database_and_no_redis(client: Client) -> None:
    response = client.get("/healthz/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-5, 5])
def test_a_wrong_clock_of_this_machine_is_named_and_accuses_no_other_part(client: Client, hours: int) -> None:
    for name in pulse.LIMITS:
        pulse.give(name)
    heartbeat.beat(database_now())
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours)):
        body = client.get("/healthz").json()
    assert {key for key, state in body.items() if state != "ok"} == {"status", "time"}


@pytest.mark.django_db
def test_a_sweep_that_has_stopped_is_late_whatever_its_machine_says(client: Client) -> None:
    heartbeat.beat(database_now() - timedelta(seconds=11))
    pulse.give("clock")
    assert client.get("/healthz").json()["clock"] == "late"
