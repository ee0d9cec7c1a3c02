"""`sla_rebuild`: what differs is found and mended, nothing else is touched, and the desk may go on working."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction

from common import clock
from common.db import lock_one
from sla.models import Clock, MonthClosing
from sla.queries.attainment import month_start
from sla.services import rebuilding
from tests import factories
from tests.sla.aside import aside, is_waiting
from tickets.enums import EventType
from tickets.models import Ticket, TicketEvent
from tickets.services.replying import reply


def run(*arguments: str) -> tuple[int, list[dict], str]:
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("sla_rebuild", *arguments, stdout=out, stderr=err)
    except SystemExit as stop:
        code = int(str(stop.code))
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def answered() -> Ticket:
    ticket = factories.ticket()
    reply(actor=factories.operator(), ticket_id=ticket.pk, text="Good morning.")
    return ticket


@pytest.mark.django_db
def test_check_names_each_difference_and_changes_nothing():
    ticket, untouched = answered(), answered()
    Clock.objects.filter(ticket=ticket, kind__in=["RES", "FR"]).update(elapsed=timedelta(hours=9))
    before = list(Clock.objects.order_by("pk").values())
    code, lines, told = run("--check")
    assert (code, told.strip()) == (1, "2 clocks differed")
    assert {line["ticket"] for line in lines} == {ticket.number} != {untouched.number}
    assert all(list(line["differences"]) == ["elapsed"] for line in lines)
    assert list(Clock.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_repair_writes_only_what_differs_says_so_and_ends_well():
    ticket, untouched = answered(), answered()
    truth = list(Clock.objects.order_by("pk").values())
    Clock.objects.filter(ticket=ticket, kind="RES").update(due_at=clock.now())
    Ticket.objects.filter(pk=untouched.pk).update(next_due_kind="NR")  # a fold of it would mend this too
    code, lines, told = run()
    assert (code, told.strip()) == (0, "1 clocks repaired, 0 could not be")
    assert [(line["clock"], line["repaired"]) for line in lines] == [("('RES', 1, 0)", True)]
    assert list(Clock.objects.order_by("pk").values()) == truth
    assert Ticket.objects.get(pk=untouched.pk).next_due_kind == "NR"
    assert run("--check")[0] == 0


@pytest.mark.django_db
def test_clock_that_no_event_explains_ends_without_counting():
    ticket = answered()
    ghost = Clock.objects.get(ticket=ticket, kind="RES")
    ghost.pk, ghost.cycle = None, 7
    ghost.save(force_insert=True)
    assert [line["differences"] for line in run()[1]] == [{"clock": ["stored", None]}]
    ghost.refresh_from_db()
    assert (ghost.verdict, ghost.due_at, ghost.next_at, ghost.running_since) == (
        "cancelled",
        None,
        None,
        None,
    )
    assert run("--check")[0] == 0


@pytest.mark.django_db
def test_clock_that_has_gone_is_made_again():
    ticket = answered()
    truth = Clock.objects.get(ticket=ticket, kind="PU").due_at
    Clock.objects.filter(ticket=ticket, kind="PU").delete()
    assert [line["differences"] for line in run()[1]] == [{"clock": [None, "replayed"]}]
    assert Clock.objects.get(ticket=ticket, kind="PU").due_at == truth


@pytest.mark.django_db
def test_verdict_counted_by_a_closed_month_stays_in_it_when_its_clock_is_mended():
    with time_machine.travel("2027-03-10T10:00:00Z", tick=False):
        ticket = answered()
    first = Clock.objects.get(ticket=ticket, kind="FR")
    assert first.reported_at is not None
    MonthClosing.objects.create(
        month=month_start(first.reported_at).date(), by_id=factories.operator().user_id, at=clock.now()
    )
    with time_machine.travel("2027-04-10T10:00:00Z", tick=False):
        Clock.objects.filter(pk=first.pk).update(verdict_at=clock.now(), stopped_at=clock.now())
        assert run()[0] == 0
        assert Clock.objects.get(pk=first.pk).reported_at == first.reported_at
        assert Clock.objects.get(pk=first.pk).verdict_at == first.verdict_at


@pytest.mark.django_db
def test_log_that_cannot_be_replayed_is_named_and_does_not_stop_the_walk(caplog):
    broken, other = answered(), answered()
    TicketEvent.objects.create(
        ticket=broken, type=EventType.MERGED_IN, occurred_at=clock.now(), actor_kind="system", payload={}
    )
    Clock.objects.filter(ticket=other, kind="RES").update(elapsed=timedelta(hours=1))
    code, lines, told = run()
    assert code == 1
    assert "1 clocks repaired, 1 could not be" in told
    assert [(line["ticket"], line["repaired"]) for line in lines] == [
        (broken.number, False),
        (other.number, True),
    ]
    assert "cannot be replayed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_change_that_is_under_way_is_waited_for_and_is_no_difference():
    """The walk has read the log of before the change and sees clocks of after it; the lock sorts it out."""
    ticket = answered()
    truth = Clock.objects.get(ticket=ticket, kind="RES").due_at
    Clock.objects.filter(ticket=ticket, kind="RES").update(due_at=clock.now())
    with transaction.atomic():
        lock_one(Ticket.objects.all(), ticket.pk)
        thread, result = aside(lambda: list(rebuilding.check()))
        assert is_waiting(thread)
        Clock.objects.filter(ticket=ticket, kind="RES").update(due_at=truth)
    thread.join(20)
    assert result == [[]]


@pytest.mark.django_db(transaction=True)
def test_check_of_a_desk_at_work_finds_nothing():
    tickets, desk = [factories.ticket() for _ in range(6)], factories.operator()

    def work() -> None:
        for number in range(60):
            reply(actor=desk, ticket_id=tickets[number % 6].pk, text="We are on it.")

    thread, result = aside(work)
    found, rounds = [], 0
    while thread.is_alive():
        found += list(rebuilding.check(batch=2))
        rounds += 1
    thread.join()
    assert (result, found) == ([None], [])
    assert rounds > 2
