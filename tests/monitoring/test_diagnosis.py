"""Looking at a client's names from outside, and noticing what is about to lapse."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from assets.models import Endpoint
from common import clock
from common.errors import Conflict, Missing
from monitoring.enums import RunState
from monitoring.models import DiagnosticRun
from monitoring.services.diagnosing import running, watching
from monitoring.services.diagnosing.guarding import Forbidden, addresses_of
from tests import factories
from tests.monitoring.outside import NAME, Outside
from tests.monitoring.outside import running as internet
from tickets.enums import MessageKind
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def outside(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    with internet(tmp_path) as world:
        settings.DIAGNOSIS = {
            "resolvers": ["127.0.0.1"], "dns_port": world.ports["dns"],
            "rdap": f"http://127.0.0.1:{world.ports['rdap']}/domain/", "whois": "127.0.0.1",
            "whois_port": world.ports["whois"], "allowed_networks": ["127.0.0.0/8"],
            "ca_file": str(tmp_path / "certificate.pem"),
        }  # fmt: skip
        real = socket.getaddrinfo
        # The machine's own resolver is no part of the test: it finds the name on loopback.
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *rest, **more: real("127.0.0.1" if host == NAME else host, *rest, **more),
        )
        yield world


@pytest.fixture
def endpoint(outside: Outside) -> Endpoint:
    return Endpoint.objects.create(
        service=factories.ServiceFactory.create(), name=NAME, port=outside.ports["https"]
    )


def ticket_of(endpoint: Endpoint) -> Ticket:
    contact = factories.contact(customer=endpoint.service.customer)
    return factories.ticket(contact)


def verdicts(run: DiagnosticRun) -> dict[str, str]:
    return {one["check"]: one["verdict"] for one in run.results}


def test_one_click_looks_at_everything_and_writes_it_on_the_ticket(
    endpoint: Endpoint, outside: Outside
) -> None:
    outside.rdap_until = f"{clock.now() + timedelta(days=200):%Y-%m-%dT00:00:00Z}"
    ticket = ticket_of(endpoint)
    (run,) = running.ask(ticket=ticket, endpoint_id=None, actor=factories.operator(1))
    assert running.run_due() == 1
    run.refresh_from_db()
    found = verdicts(run)
    assert {name: found[name] for name in ("dns", "registration", "tls", "http")} == dict.fromkeys(
        ("dns", "registration", "tls", "http"), "ok"
    )
    note = ticket.messages.get(kind=MessageKind.NOTE)
    for shown in (NAME, "Answers 200", "days", "▇"):
        assert shown in note.text


def test_whois_tells_what_rdap_does_not(endpoint: Endpoint, outside: Outside) -> None:
    outside.whois_until = f"{clock.now() + timedelta(days=5):%Y-%m-%dT00:00:00Z}"
    (run,) = running.ask(ticket=ticket_of(endpoint), endpoint_id=endpoint.pk, actor=factories.operator(1))
    running.run_due()
    run.refresh_from_db()
    assert verdicts(run)["registration"] == "bad"


def test_failures_are_findings(endpoint: Endpoint, outside: Outside, settings: Any) -> None:
    settings.DIAGNOSIS = {**settings.DIAGNOSIS, "ca_file": ""}
    outside.addresses, outside.status = [], 503
    (run,) = running.ask(ticket=ticket_of(endpoint), endpoint_id=endpoint.pk, actor=factories.operator(1))
    running.run_due()
    run.refresh_from_db()
    found = verdicts(run)
    assert (found["dns"], found["registration"], found["tls"], found["http"]) == (
        "bad",
        "skipped",
        "bad",
        "bad",
    )


def test_redirect_is_told_and_not_followed(endpoint: Endpoint, outside: Outside) -> None:
    outside.status, outside.location = 302, "http://169.254.169.254/latest/"
    (run,) = running.ask(ticket=ticket_of(endpoint), endpoint_id=endpoint.pk, actor=factories.operator(1))
    running.run_due()
    run.refresh_from_db()
    (answer,) = [one for one in run.results if one["check"] == "http"]
    assert ["redirect", "http://169.254.169.254/latest/"] in answer["rows"]


def test_name_that_points_inside_is_not_visited(endpoint: Endpoint, settings: Any) -> None:
    settings.DIAGNOSIS = {**settings.DIAGNOSIS, "allowed_networks": []}
    with pytest.raises(Forbidden):
        addresses_of(NAME, 443)
    (run,) = running.ask(ticket=ticket_of(endpoint), endpoint_id=endpoint.pk, actor=factories.operator(1))
    running.run_due()
    run.refresh_from_db()
    assert [one["code"] for one in run.results][-1] == "forbidden"
    assert "tls" not in verdicts(run)


def test_names_of_other_customers_are_out_of_reach(endpoint: Endpoint) -> None:
    stranger = factories.ticket()
    with pytest.raises(Missing):
        running.ask(ticket=stranger, endpoint_id=endpoint.pk, actor=factories.operator(1))
    with pytest.raises(Conflict):
        running.ask(ticket=stranger, endpoint_id=None, actor=factories.operator(1))


def test_second_click_waits_for_the_first_and_a_dead_worker_is_replaced(endpoint: Endpoint) -> None:
    ticket = ticket_of(endpoint)
    assert len(running.ask(ticket=ticket, endpoint_id=None, actor=factories.operator(1))) == 1
    assert running.ask(ticket=ticket, endpoint_id=None, actor=factories.operator(1)) == []
    DiagnosticRun.objects.update(
        state=RunState.RUNNING, due_at=clock.now() + timedelta(minutes=3), attempts=1
    )
    assert running.run_due() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=4), tick=False):
        assert running.run_due() == 1


@pytest.mark.parametrize(("days", "tickets"), [(60, 0), (20, 1), (3, 1)])
def test_domain_opens_one_ticket_in_good_time(
    endpoint: Endpoint, outside: Outside, days: int, tickets: int
) -> None:
    outside.rdap_until = f"{clock.now() + timedelta(days=days, hours=1):%Y-%m-%dT%H:%M:%SZ}"
    assert watching.watch() == 1
    assert watching.watch() == 0
    found = Ticket.objects.filter(subject__startswith="Domain")
    assert found.count() == tickets
    with time_machine.travel(clock.now() + timedelta(hours=23), tick=False):
        assert watching.watch() == 1
    assert found.count() == tickets


def test_last_week_is_a_note_on_the_same_ticket_and_a_renewal_ends_the_story(
    endpoint: Endpoint, outside: Outside
) -> None:
    now = clock.now()
    outside.rdap_until = f"{now + timedelta(days=20):%Y-%m-%dT%H:%M:%SZ}"
    watching.watch()
    with time_machine.travel(now + timedelta(days=15), tick=False):
        watching.watch()
    ticket = Ticket.objects.get(subject__startswith="Domain")
    assert ticket.customer == endpoint.service.customer
    assert ticket.messages.filter(text__contains="days are left").count() == 1
    outside.rdap_until = f"{now + timedelta(days=385):%Y-%m-%dT%H:%M:%SZ}"
    with time_machine.travel(now + timedelta(days=16), tick=False):
        watching.watch()
    assert Ticket.objects.filter(subject__startswith="Domain").count() == 1


@pytest.mark.parametrize(
    "name", ["localhost", "10.0.0.1", "shop_example.com", "-a.example", "a..example", "A.example"]
)
def test_what_is_no_domain_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Endpoint(service=factories.ServiceFactory.create(), name=name).full_clean()


def test_panel_offers_the_names_runs_and_shows_what_came_of_it(
    client: Client, endpoint: Endpoint, outside: Outside
) -> None:
    client.force_login(User.objects.get(pk=factories.operator(1).user_id))
    ticket = ticket_of(endpoint)
    address = f"/monitoring/tickets/{ticket.pk}/diagnosis/"
    assert NAME in client.get(address).content.decode()
    assert "every 2s" in client.post(address, {"endpoint": endpoint.pk}).content.decode()
    running.run_due()
    shown = client.get(address).content.decode()
    assert "Answers 200" in shown
    assert "every 2s" not in shown
    watching.watch()
    assert NAME in client.get("/monitoring/expiries/").content.decode()
