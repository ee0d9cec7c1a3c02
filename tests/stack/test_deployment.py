"""The production description, read as data."""

import re
from typing import Any

import pytest
import yaml

from helpdesk.celery import QUEUES
from helpdesk.stack.embedded import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_every_long_running_service_has_a_health_check() -> None:
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["migrate"]


def test_no_secret_is_written_down() -> None:
    secret = re.compile(r"PASSWORD|SECRET|AUTH")
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if secret.search(key):
                assert re.fullmatch(r"\$\{\w+:-\}", value), (name, key)
    example = (ROOT / "deploy" / "env.example").read_text()
    assert re.findall(r"^(?:\w*(?:PASSWORD|SECRET_KEY))=(.+)$", example, re.MULTILINE) == []


def test_every_variable_of_the_description_is_explained_in_the_example() -> None:
    used = set(re.findall(r"\$\{(\w+):-\}", (ROOT / "docker-compose.yml").read_text()))
    explained = set(re.findall(r"^(\w+)=", (ROOT / "deploy" / "env.example").read_text(), re.MULTILINE))
    assert used - explained == set()


def test_every_queue_is_read_and_the_clock_is_read_alone() -> None:
    read = [
        service["command"][service["command"].index("-Q") + 1].split(",")
        for service in SERVICES.values()
        if "-Q" in service.get("command", [])
    ]
    assert sorted(name for names in read for name in names) == sorted(QUEUES)
    assert ["clock"] in read


def test_only_the_proxy_and_the_mail_door_are_published() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy", "intake"}


@pytest.mark.parametrize("name", ["web", "worker"])
def test_web_and_worker_can_be_multiplied(name: str) -> None:
    assert "replicas" in SERVICES[name]["deploy"]
    assert "container_name" not in SERVICES[name]


def test_image_does_not_run_as_root_and_carries_no_secret() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert lines.index("USER helpdesk") > max(i for i, line in enumerate(lines) if line.startswith("RUN"))
    assert not [
        line for line in lines if line.startswith(("ARG", "ENV")) and re.search(r"SECRET|PASSWORD", line)
    ]
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".env", ".data"} <= set(ignored)
