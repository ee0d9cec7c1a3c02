"""An alert becomes a ticket on the operator's screen without anybody touching it."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre

pytestmark = pytest.mark.xdist_group("journeys")
SAMPLES = Path(__file__).resolve().parents[1] / "monitoring" / "samples"


def bodies() -> list[dict[str, str]]:
    """What a real server sent, in order; each event as of a trigger of its own, or they would be one that flaps."""
    found = [json.loads(path.read_text()) for path in sorted(SAMPLES.glob("[0-9]*.json"))]
    return [{**body, "trigger_id": body["event_id"]} for body in found]


def test_every_body_of_a_real_server_is_taken_and_each_problem_has_one_ticket(
    centre: Centre, sign_in: Callable[[str], Page]
) -> None:
    page = sign_in("first")
    page.goto("/desk/?view=line1")
    page.wait_for_selector("[data-link=live]", state="attached")
    problems: dict[str, str] = {}
    for body in bodies():
        sent = time.monotonic()
        answer = centre.alert(body)
        assert answer.status_code == 200, answer.text
        if not is_new_problem(body) or body["event_id"] in problems:
            continue
        problems[body["event_id"]] = body["event_name"]
        row = page.locator("#queue a[href*='/desk/tickets/']").filter(has_text=body["event_name"][:60]).first
        expect(row).to_be_visible(timeout=5_000)
        assert time.monotonic() - sent < 3.0
    counted = centre.ask(
        "from monitoring.models import Problem\n"
        f"mine = Problem.objects.filter(event_id__in={[int(event) for event in problems]!r}, announced=True)\n"
        "print(json.dumps([mine.count(), mine.exclude(ticket=None).values('ticket').distinct().count()]))"
    )
    assert counted == [len(problems), len(problems)]


def is_new_problem(body: dict[str, str]) -> bool:
    return body["event_id"].isdigit() and body["event_value"] == "1" and body["update_status"] == "0"


def test_an_alert_is_on_the_screen_within_a_second_of_its_commit(
    centre: Centre, sign_in: Callable[[str], Page]
) -> None:
    page = sign_in("second")
    page.goto("/desk/?view=line1")
    page.wait_for_selector("[data-link=live]", state="attached")
    body = {
        **bodies()[0],
        "event_id": "770001",
        "trigger_id": "770001",
        "event_name": "Water under the floor",
    }
    assert centre.alert(body).status_code == 200
    committed = time.monotonic()
    expect(page.locator("#queue").get_by_text("Water under the floor").first).to_be_visible(timeout=3_000)
    assert time.monotonic() - committed <= 1.0
