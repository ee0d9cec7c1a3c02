"""The simulator speaks to a real server through its doors, and only to this machine unless told otherwise."""

from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command

from accounts.enums import Actor
from assets.services.exchange.importing import import_files
from assets.services.exchange.reading import from_folder
from common import clock
from helpdesk.checks import DEMO_PASSWORD
from helpdesk.demo.accounts import create_people
from helpdesk.demo.data_files import DATA
from helpdesk.simulation.meter import Meter
from helpdesk.simulation.running import Simulation, is_loopback
from helpdesk.simulation.story import LostLine
from helpdesk.simulation.visitors import hidden_fields
from helpdesk.simulation.zabbix import Zabbix
from monitoring.enums import SourceKind
from monitoring.models import Incident, Problem
from monitoring.services.authenticating import forget_sources
from monitoring.services.sourcing import create_source
from tickets.models import Message, Ticket


@pytest.fixture
def token(transactional_db: None, settings: Any, tmp_path: Path) -> str:
    settings.DATA_DIR = tmp_path
    create_people(clock.now())
    _source, made = create_source(actor=Actor.system(), kind=SourceKind.ZABBIX, name="Zabbix")
    forget_sources()
    return made


def test_everything_it_sends_is_taken_in_and_becomes_tickets(token: str, live_server: Any) -> None:
    said: list[str] = []
    meter = Simulation(live_server.url, token, DEMO_PASSWORD, 0.12, 250, Random(1)).run(said.append)
    assert not meter.failures
    assert meter.sent["alert problem"] > 3
    assert Problem.objects.count() == meter.accepted["alert problem"]
    assert Ticket.objects.filter(channel="portal").count() == meter.accepted["portal request"] > 0
    assert Message.objects.filter(channel="portal").count() == (
        meter.accepted["portal request"] + meter.accepted["portal reply"]
    )
    assert meter.p95_ms() > 0


def test_a_wrong_token_is_counted_and_ends_the_command_with_an_error(token: str, live_server: Any) -> None:
    out = StringIO()
    options = {"url": live_server.url, "token": "hz_wrong", "minutes": 0.03, "rate": 600.0, "random": 3}
    with pytest.raises(CommandError, match="were not accepted"):
        call_command("simulate", stdout=out, **options)
    assert "401" in out.getvalue()


@pytest.mark.parametrize(
    "url", ["http://desk.example:8000", "http://192.0.2.7", "http://127.0.0.1.evil.example"]
)
def test_other_machines_are_refused_without_the_flag(url: str) -> None:
    with pytest.raises(CommandError, match="not this machine"):
        call_command("simulate", url=url, token="x")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost:8000"])
def test_this_machine_is_recognised(url: str) -> None:
    assert is_loopback(url)


def test_missing_token_and_silent_desk_are_said_in_one_sentence(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match="no token of a demo"):
        call_command("simulate", url="http://127.0.0.1:9")
    with pytest.raises(CommandError, match="No desk answers"):
        call_command("simulate", url="http://127.0.0.1:9", token="x")


@pytest.mark.parametrize("values", [{"minutes": 0.0}, {"minutes": -1.0}, {"rate": 0.0}, {"rate": 1e9}])
def test_it_is_bounded(values: dict[str, float]) -> None:
    with pytest.raises(CommandError, match="Between"):
        call_command("simulate", token="x", **values)


def test_p95_is_the_latency_that_nineteen_of_twenty_keep() -> None:
    meter = Meter()
    for n in range(1, 101):
        meter.note("page", 200, n / 1000, accepted=True)
    assert meter.p95_ms() == pytest.approx(96)


def test_hidden_fields_are_read_from_a_form() -> None:
    page = '<input type="hidden" name="csrfmiddlewaretoken" value="a&amp;b"><input name="subject" value="x">'
    assert hidden_fields(page) == {"csrfmiddlewaretoken": "a&b"}


def test_story_of_a_lost_line_is_one_incident_of_the_demos_registry(
    token: str, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_files(actor=Actor.system(), files=from_folder(DATA / "registry"), write=True)
    monkeypatch.setattr(LostLine, "_wait", staticmethod(lambda began, second: None))
    said: list[str] = []
    with httpx.Client(base_url=live_server.url) as client:
        zabbix = Zabbix(client, token, Meter(), Random(1))
        LostLine(zabbix, 1).play(said.append)
    found = Incident.objects.get()
    assert found.cause_label == "util-A"
    assert not Problem.objects.filter(incident__isnull=True).exists()
    assert not Problem.objects.open().exists()
