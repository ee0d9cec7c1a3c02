"""Two beats, two workers, and things die: every promise that breaks is noticed, once, and soon."""

import time
from pathlib import Path

import pytest

from tests.stack.clockwork import Clockwork

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.xdist_group("stack")]
TICKETS = 100
FIRST = 6.0  # seconds until the first of a hundred deadlines; they are 0.15 s apart
# With a broker that was killed and a worker that has to find it again, on a machine busy with other tests.
LATEST = 45.0
FILE = """
from datetime import timedelta
from accounts.models import Contact, Customer
from accounts.queries import contact_actor
from common import clock
from django.db import transaction
from tickets.services.creating import create_ticket
customer, _ = Customer.objects.get_or_create(code="acme", defaults={"name": "Acme"})
contact, _ = Contact.objects.get_or_create(customer=customer, name="Ann")
with transaction.atomic():
    for number in range(%(number)d):
        due = clock.now() + timedelta(seconds=%(first)f + 0.15 * number)
        create_ticket(actor=contact_actor(contact), contact=contact, channel="chat", subject="Nobody answers me",
                      body="Hello?", received_at=due - timedelta(seconds=90))
"""
BREACHES = "SELECT count(*) FROM sla_breach WHERE kind = 'FR'"
TOLD = """
    SELECT ticket_id, payload->>'clock', payload->>'cycle', payload->>'clock_line', payload->>'threshold', count(*)
    FROM tickets_ticketevent WHERE type = 'escalated' GROUP BY 1, 2, 3, 4, 5
"""
LATE = "SELECT max(extract(epoch FROM detected_at - breached_at)) FROM sla_breach WHERE detected_at > %s"
FIRED = "SELECT clock_id, threshold, count(*) FROM sla_clockfiring GROUP BY 1, 2"


def test_with_two_beats_and_a_killed_worker_beat_and_broker_each_breach_is_noticed_once(
    tmp_path: Path,
) -> None:
    with Clockwork(tmp_path / "data") as desk:
        for name in ("beat1", "worker1", "beat2", "worker2"):
            desk.start(name)
        desk.manage("shell", "-v", "0", "-c", FILE % {"number": 1, "first": -5})
        desk.wait_until(lambda: desk.ask(BREACHES)[0][0] == 1, 60, "the first miss was not noticed")

        desk.manage("shell", "-v", "0", "-c", FILE % {"number": TICKETS, "first": FIRST})
        began = desk.ask("SELECT now()")[0][0]
        desk.wait_until(lambda: desk.ask(BREACHES)[0][0] > TICKETS // 10, 60, "no miss was noticed")
        desk.kill("worker1")
        desk.kill("beat1")
        desk.wait_until(
            lambda: desk.ask(BREACHES)[0][0] > TICKETS // 2, 60, "the second pair does not work alone"
        )
        desk.kill_redis()
        desk.wait_until(
            lambda: desk.ask(BREACHES)[0][0] == TICKETS + 1, 120, "some misses were never noticed"
        )
        time.sleep(2.5)  # two more ticks: whatever would come twice comes now

        assert desk.ask(BREACHES)[0][0] == TICKETS + 1
        assert desk.ask("SELECT count(*) FROM sla_clockfiring WHERE threshold = 90")[0][0] == TICKETS + 1
        assert [row for row in desk.ask(FIRED) if row[-1] != 1] == []
        told = desk.ask(TOLD)
        assert [row for row in told if row[-1] != 1] == []
        assert sum(row[1] == "FR" and row[4] == "90" for row in told) == TICKETS + 1
        assert 0 <= desk.ask(LATE, began)[0][0] <= LATEST
        assert "0 clocks differed" in desk.manage("sla_rebuild", "--check")
