"""Twenty people at one ticket, two beats, and a worker that dies in the middle of a sweep."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from common import clock
from common.errors import DomainError
from sla.models import Breach, Clock, ClockFiring
from sla.services import enforcing, rebuilding
from tests import factories
from tickets.enums import EventType
from tickets.models import Ticket, TicketEvent
from tickets.services.moving import move
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db(transaction=True)


def together(number: int, work) -> None:
    """Run `work(index)` in as many threads, each with a connection of its own, all starting at once."""
    barrier = threading.Barrier(number, timeout=30)

    def run(index: int) -> None:
        try:
            barrier.wait()
            work(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        list(pool.map(run, range(number)))


def test_twenty_people_at_one_ticket_leave_clocks_that_equal_a_replay():
    ticket = factories.ticket(received_at=clock.now() - timedelta(minutes=2))
    desk = [factories.operator() for _ in range(20)]

    def work(index: int) -> None:
        try:
            if index % 4 == 0:
                reply(actor=desk[index], ticket_id=ticket.pk, text="I am on it.")
            elif index % 4 == 1:
                enforcing.tick()
            else:
                move(actor=desk[index], ticket_id=ticket.pk, transition="accept")
        except DomainError:
            pass

    together(20, work)
    enforcing.tick()
    assert rebuilding.drifts(Ticket.objects.get(pk=ticket.pk)) == []
    assert TicketEvent.objects.filter(ticket=ticket, type=EventType.MOVED).count() == 1
    assert Breach.objects.filter(ticket=ticket, kind="FR").count() == 1


DYING_SWEEP = """
    import os, signal, django
    django.setup()
    from django.db import connection
    connection.settings_dict["NAME"] = {name!r}
    from sla.services import enforcing, escalating

    def die_in_the_middle(passed):
        os.kill(os.getpid(), signal.SIGKILL)
    enforcing.escalating.announce = die_in_the_middle
    enforcing.tick(limit=50)
"""


def test_worker_killed_in_the_middle_loses_and_doubles_nothing():
    start = clock.now() - timedelta(minutes=10)
    tickets = [factories.ticket(received_at=start) for _ in range(8)]
    code = textwrap.dedent(DYING_SWEEP).format(name=connection.settings_dict["NAME"])
    died = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=settings.BASE_DIR,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert died.returncode == -signal.SIGKILL
    assert ClockFiring.objects.count() == 0

    together(2, lambda index: enforcing.tick(limit=3))
    enforcing.tick()
    assert Breach.objects.count() == len(tickets)
    told = TicketEvent.objects.filter(type=EventType.ESCALATED, payload__clock="FR")
    assert told.count() == told.values("ticket").distinct().count() == len(tickets)


def test_row_that_cannot_fire_does_not_hold_up_the_others(caplog):
    start = clock.now() - timedelta(minutes=10)
    broken, sound = (factories.ticket(received_at=start) for _ in range(2))
    Clock.objects.filter(ticket=broken, kind="FR").update(ahead=[["not a number", "not a time"]])
    enforcing.tick()
    assert list(Breach.objects.filter(kind="FR").values_list("ticket", flat=True)) == [sound.pk]
    assert "could not fire" in caplog.text
