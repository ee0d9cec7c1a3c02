import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from common.live.publishing import client, prefix
from helpdesk import pulse
from helpdesk.health import components


@pytest.fixture
def no_pulses() -> Iterator[None]:
    keys = [f"{prefix()}pulse:{name}" for name in pulse.LIMITS]
    client(settings.REDIS_URL).delete(*keys)
    yield
    client(settings.REDIS_URL).delete(*keys)


def age(name: str, seconds: float) -> None:
    client(settings.REDIS_URL).set(f"{prefix()}pulse:{name}", repr(time.time() - seconds))


@pytest.mark.django_db
def test_desk_is_well_when_every_part_gives_signs_of_life(no_pulses: None, client: Client) -> None:
    for name in pulse.LIMITS:
        pulse.give(name)
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok", "database": "ok", "redis": "ok", "beat": "ok", "clock": "ok", "worker": "ok",
    }  # fmt: skip
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", list(pulse.LIMITS))
def test_one_silent_part_makes_the_desk_unwell(no_pulses: None, client: Client, name: str) -> None:
    for other in pulse.LIMITS:
        pulse.give(other)
    age(name, pulse.LIMITS[name] + 1)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert {key for key, state in response.json().items() if state != "ok"} == {"status", name}


@pytest.mark.django_db
def test_part_that_never_spoke_is_down(no_pulses: None) -> None:
    assert components() == {
        "database": "ok",
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
    assert set(body.values()) <= {"ok", "unwell", "late", "down", "unknown"}


def test_liveness_asks_no_database_and_no_redis(client: Client) -> None:
    response = client.get("/healthz/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
