"""Situation 2: a site loses a feed; its clients hear of it before they can ask, and again when it is over."""

import json
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre, run_inside

pytestmark = pytest.mark.xdist_group("journeys")
PATIENCE = 40
_events = count(880_001)


def alarm(centre: Centre, host: str, name: str, event: int, *, value: str = "1") -> None:
    body = {
        "schema": "1", "event_id": str(event), "event_source": "0", "event_object": "0", "event_value": value,
        "update_status": "0", "event_name": f"{host}: {name}", "nseverity": "5", "tags": "[]",
        "trigger_id": str(event), "host_id1": str(event), "host1": host, "host_name1": host, "ack_status": "No",
    }  # fmt: skip
    if value == "0":
        body["recovery_id"] = str(event + 1_000_000)
    assert centre.alert(body).status_code == 200


def notices(centre: Centre, phase: str) -> set[str]:
    """Addresses that a notice of the phase was put out for."""
    found: list[str] = centre.ask(
        "from monitoring.models import ClientNotice\n"
        f"print(json.dumps(list(ClientNotice.objects.filter(phase={phase!r}).values_list('message__to', flat=True))))"
    )
    return set(found)


def await_notices(centre: Centre, phase: str, wanted: set[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while (found := notices(centre, phase)) != wanted:
        assert time.monotonic() < deadline, (phase, found)
        time.sleep(0.5)


def row(page: Page, client: str) -> Any:
    return page.locator(".incident-clients tbody tr").filter(has_text=client)


def test_a_lost_feed_is_one_incident_and_its_clients_are_told_before_they_write(
    centre: Centre, sign_in: Callable[[str], Page]
) -> None:
    assert json.loads(run_inside(centre.desk, ["-m", "tests.journeys.site", centre.password])) == {}
    events = {host: next(_events) for host in ("feed-A", "solo-1", "lone-1")}
    lead = sign_in("lead")
    for host, event in events.items():
        alarm(centre, host, "no power", event)

    lead.goto("/monitoring/incidents/")
    lead.locator(".incident-card--live").filter(has_text="feed-A").click()
    for client, state in (
        ("Client Solo", "Down"), ("Client Lone", "Down"), ("Client Twin", "Without reserve"),
        ("Client Pair", "Without reserve"),
    ):  # fmt: skip
        expect(row(lead, client)).to_contain_text(state)
    expect(row(lead, "Client Other")).to_have_count(0)
    expect(lead.locator("#incident-members tbody tr")).to_have_count(3)

    await_notices(centre, "started", {"duty@solo.example", "duty@lone.example"})
    expect(row(lead, "Client Solo")).to_contain_text("Duty of Solo", timeout=15_000)

    solo = sign_in("solo")
    solo.goto("/portal/")
    expect(solo.locator(".outage")).to_contain_text("Rack unit of Solo")
    expect(solo.locator(".outage")).not_to_contain_text("Lone")
    solo.goto("/portal/requests/new/")
    solo.fill("[name=subject]", "Our rack is dark")
    solo.fill("[name=text]", "Nothing answers since a minute.")
    solo.check("[name=urgency][value='1']")
    solo.click("main button[type=submit]")
    expect(solo).not_to_have_url("**/new/")
    expect(solo.locator("main")).to_contain_text("We know of an outage")
    told, wrote, has_clock = centre.ask(
        "from monitoring.models import IncidentClient\nfrom sla.models import Clock\nfrom tickets.models import Ticket\n"
        "row = IncidentClient.objects.get(customer__code='solo')\n"
        "mine = Ticket.objects.get(customer__code='solo')\n"
        "assert mine.parent_id == row.incident.ticket_id\n"
        "running = Clock.objects.filter(ticket=mine, kind='FR', verdict='').exists() or mine.next_due_kind == 'FR'\n"
        "print(json.dumps([row.told_at.isoformat(), row.wrote_at.isoformat(), running]))"
    )
    assert told < wrote
    assert has_clock

    for host, event in events.items():
        alarm(centre, host, "no power", event, value="0")
    await_notices(centre, "restored", {"duty@solo.example", "duty@lone.example"})
    expect(row(lead, "Client Solo")).to_contain_text("Restored", timeout=15_000)
    expect(lead.locator(".incident-head")).to_contain_text("Recovered, watched")
    solo.goto("/portal/")
    expect(solo.locator(".outage")).to_have_count(0)
