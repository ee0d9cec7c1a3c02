import random
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
from tickets.services.moving import BypassRequest, available, move
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


def values_for(name: str, ticket: Ticket, at) -> dict[str, object]:
    """Something valid for whatever the move asks."""
    later = at + timedelta(hours=4)
    return {
        "category": "EM.VM", "impact": 2, "urgency": 2, "message": "We need the address of the server, please.",
        "done": "Restarted the service and read its log.", "next_step": "Follow KB-0001 to the end.",
        "resume_at": later, "vendor_eta": later, "vendor_case": "V-1", "vendor_contract": "UC-1", "why": "It is back.",
        "resolution_code": "fixed", "waive": "A one-off.", "approval": "The client, by mail",
        "reason": {
            "hand_up": "no_rights", "hand_to_experts": "specialty", "skip_to_experts": "specialty",
            "hand_back": "routine_finish", "reassign": "workload", "ask_customer": "info", "ask_vendor": "hardware",
            "reopen": "not_fixed", "reopen_closed": "recurred", "recurred": "recurred", "cancel": "test",
            "reclassify": random.Random(str(at)).choice(["misclassified", "impact_grew", "impact_fell"]),
        }.get(name, ""),
    }  # fmt: skip


SKIPPED = {"merge", "unmerge", "link_to_major", "form_group", "set_major"}


@pytest.mark.parametrize("seed", range(12))
def test_stored_clocks_equal_a_replay_after_every_step(seed):
    """Invariant I5 over random walks through the life cycle, with the sweep in between."""
    from tickets.services.commands import COMMANDS

    dice = random.Random(seed)
    actors = [
        factories.operator(1, is_shift_lead=True), factories.operator(2), factories.operator(3), Actor.system(), MONITORING,
    ]  # fmt: skip
    customer = factories.contact()
    at = clock.now() - timedelta(days=3)
    with time_machine.travel(at, tick=False) as traveller:
        channel = dice.choice(["portal", "monitoring"])
        ticket = factories.ticket(customer, channel=channel, priority=dice.choice([1, 2, 3]))
        for _ in range(14):
            at += timedelta(seconds=dice.choice([5, 40, 100, 900, 7000]))
            traveller.move_to(at)
            if dice.random() < 0.5:
                enforcing.tick(now=at)
            step(dice, Ticket.objects.get(pk=ticket.pk), actors, customer, at, COMMANDS)
            assert rebuilding.drifts(Ticket.objects.get(pk=ticket.pk)) == []
    assert Breach.objects.count() == Clock.objects.filter(breach__isnull=False).count()


def step(dice, ticket, actors, customer, at, commands) -> None:
    from common.errors import DomainError

    roll = dice.random()
    try:
        if roll < 0.2:
            reply(actor=actors[0], ticket_id=ticket.pk, text="We are on it.")
        elif roll < 0.35:
            receive_message(actor=customer, ticket_id=ticket.pk, text="Any news of my server?")
        else:
            moves = [(row, actor) for actor in [*actors, customer] for row in available(ticket, actor)]
            row, actor = dice.choice([pair for pair in moves if pair[0].name not in SKIPPED])
            wanted = {field.name for field in commands.get(row.name, ())}
            data = {key: value for key, value in values_for(row.name, ticket, at).items() if key in wanted}
            move(actor=actor, ticket_id=ticket.pk, transition=row.name, bypass=BYPASS, **data)
    except (DomainError, IndexError):
        return
