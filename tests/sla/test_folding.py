from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Actor
from accounts.queries import contact_actor
from common import clock
from sla.models import Breach, Clock
from sla.services import enforcing, rebuilding
from sla.services.loading import rules
from tests import factories
from tickets.enums import EventType
from tickets.models import Ticket
from tickets.services import recording
from tickets.services.moving import BypassRequest, move
from tickets.services.noting import add_note
from tickets.services.receiving import receive_message
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db
BYPASS = BypassRequest(why="the test walks every path", risk="none")
MONITORING = Actor.monitoring("zabbix")


def kinds(ticket: Ticket, **only: object) -> set[str]:
    return set(Clock.objects.filter(ticket=ticket, **only).values_list("kind", flat=True))


def sla_queries(context: CaptureQueriesContext) -> list[str]:
    """Statements of this room: its own tables, the event log it reads, the column it writes."""
    marks = ('"sla_', "INTO sla_clock", 'SELECT "tickets_ticketevent"."type"', 'SET "next_due_at"')
    return [query["sql"] for query in context.captured_queries if any(mark in query["sql"] for mark in marks)]


def test_new_ticket_gets_its_clocks_and_sorts_by_the_first_response():
    ticket = factories.ticket()
    assert kinds(ticket) == {"FR", "RES", "G15", "OLA_A"}
    ticket.refresh_from_db(fields=["next_due_at", "next_due_kind"])
    assert (ticket.next_due_at, ticket.next_due_kind) == (ticket.received_at + timedelta(seconds=90), "FR")


def test_new_ticket_costs_two_statements():
    factories.ticket()
    actor = factories.contact()
    with CaptureQueriesContext(connection) as context:
        factories.ticket(actor)
    assert len(sla_queries(context)) == 2


@pytest.mark.parametrize("messages", [1, 50])
def test_message_costs_four_statements_whatever_the_length_of_the_thread(messages):
    desk = factories.operator()
    ticket = factories.ticket()
    for _ in range(messages):
        reply(actor=desk, ticket_id=ticket.pk, text="We look into it.")
    with CaptureQueriesContext(connection) as context:
        reply(actor=desk, ticket_id=ticket.pk, text="Still looking.")
    assert len(sla_queries(context)) <= 4


def test_note_costs_nothing():
    ticket, desk = factories.ticket(), factories.operator()
    with CaptureQueriesContext(connection) as context:
        add_note(actor=desk, ticket_id=ticket.pk, text="Looks like the disk.")
    assert sla_queries(context) == []


def test_reply_stops_the_first_response_and_starts_the_updates():
    ticket, desk = factories.ticket(), factories.operator()
    reply(actor=desk, ticket_id=ticket.pk, text="Good morning, we are on it.")
    assert Clock.objects.get(ticket=ticket, kind="FR").verdict == "met"
    assert kinds(ticket, stopped_at=None) == {"RES", "G15", "OLA_A", "PU"}


def test_automatic_message_is_no_first_response():
    ticket = factories.ticket()
    reply(actor=Actor.system(), ticket_id=ticket.pk, text="We got it.", is_automatic=True)
    assert Clock.objects.get(ticket=ticket, kind="FR").verdict == "running"


def test_spam_fires_nothing_until_restored():
    ticket = factories.ticket(factories.contact())
    lead = factories.operator(is_shift_lead=True)
    move(actor=lead, ticket_id=ticket.pk, transition="mark_spam", bypass=BYPASS)
    enforcing.tick(now=ticket.received_at + timedelta(minutes=5))
    assert not Breach.objects.exists()
    move(actor=lead, ticket_id=ticket.pk, transition="not_spam")
    enforcing.tick(now=ticket.received_at + timedelta(minutes=5))
    assert Breach.objects.get().breached_at == ticket.received_at + timedelta(seconds=90)


def test_ended_ticket_has_no_deadline_and_nothing_ahead():
    ticket = factories.ticket(factories.contact())
    move(
        actor=factories.operator(), ticket_id=ticket.pk, transition="cancel", reason="test",
        message="Thank you for the test.", bypass=BYPASS,
    )  # fmt: skip
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert ticket.next_due_at is None
    assert not Clock.objects.filter(ticket=ticket, next_at__isnull=False).exists()


def test_late_event_retracts_a_breach_but_keeps_its_record():
    ticket, desk = factories.ticket(), factories.operator()
    enforcing.tick(now=ticket.received_at + timedelta(minutes=2))
    reply(
        actor=desk, ticket_id=ticket.pk, text="Sent in time.", at=ticket.received_at + timedelta(seconds=60)
    )
    assert Clock.objects.get(ticket=ticket, kind="FR").verdict == "met"
    assert Breach.objects.get().retracted_at is not None


def test_slow_clock_of_one_machine_does_not_undo_what_the_sweep_saw():
    ticket = factories.ticket()
    enforcing.tick(now=ticket.received_at + timedelta(seconds=91))
    with time_machine.travel(ticket.received_at + timedelta(seconds=80), tick=False):
        receive_message(actor=contact_actor(ticket.contact), ticket_id=ticket.pk, text="Hello?")
    assert Clock.objects.get(ticket=ticket, kind="FR").verdict == "missed"


def test_escalation_event_moves_no_clock():
    ticket = factories.ticket()
    before = list(Clock.objects.order_by("pk").values())
    recording.record(ticket=ticket, type=EventType.ESCALATED, actor=Actor.system(), clock="FR", threshold=30)
    assert list(Clock.objects.order_by("pk").values()) == before


def test_rebuild_finds_and_repairs_a_clock_that_was_tampered_with():
    ticket = factories.ticket()
    Clock.objects.filter(ticket=ticket, kind="RES").update(due_at=clock.now(), elapsed=timedelta(hours=1))
    found = list(rebuilding.check())
    assert [(drift.number, set(drift.fields)) for drift in found] == [(ticket.number, {"due_at", "elapsed"})]
    list(rebuilding.check(repair=True))
    assert list(rebuilding.check()) == []


@pytest.mark.parametrize("number", [1, 12])
def test_check_of_all_tickets_reads_in_batches(number, django_assert_max_num_queries):
    for _ in range(number):
        factories.ticket()
    rules()
    with django_assert_max_num_queries(4):
        assert list(rebuilding.check()) == []
