"""Nobody answers. The miss is noticed by the running beat and worker, once, and the shift lead sees it."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre

pytestmark = pytest.mark.xdist_group("journeys")
# The customer wrote 80 seconds ago (a slow mail): ten are left.
FILE = """
from datetime import timedelta
from accounts.models import Contact
from accounts.queries import contact_actor
from common import clock
from tickets.services.creating import create_ticket
contact = Contact.objects.get(customer__code="north")
ticket = create_ticket(actor=contact_actor(contact), contact=contact, channel="mail", subject="Nobody answers me",
                       body="Hello?", received_at=clock.now() - timedelta(seconds=80))
print(json.dumps([ticket.pk, ticket.number]))
"""
LOOK = """
from sla.models import Breach
from tickets.models import TicketEvent
found = Breach.objects.filter(clock__ticket_id={pk}, clock__kind="FR").select_related("clock")
print(json.dumps({{
    "late": [(b.detected_at - b.clock.due_at).total_seconds() for b in found],
    "events": TicketEvent.objects.filter(
        ticket_id={pk}, type="escalated", payload__clock="FR", payload__threshold__in=[90, 100, "90", "100"]).count(),
}}))
"""


def test_a_missed_promise_is_noticed_once_within_two_seconds_and_shown_to_the_shift_lead(
    centre: Centre, sign_in: Callable[[str], Page]
) -> None:
    lead = sign_in("lead")
    lead.goto("/desk/shift/")
    lead.wait_for_selector("[data-link=live]", state="attached")
    pk, number = centre.ask(FILE)
    expect(lead.locator("main")).to_contain_text(number, timeout=25_000)
    deadline = time.monotonic() + 25
    found = centre.ask(LOOK.format(pk=pk))
    while not found["late"] and time.monotonic() < deadline:
        found = centre.ask(LOOK.format(pk=pk))
    assert len(found["late"]) == 1
    assert 0 <= found["late"][0] <= 2.0
    assert found["events"] == 1
    lead.reload()
    expect(lead.locator("main")).to_contain_text("Nobody answers me")
