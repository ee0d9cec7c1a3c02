import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from common import clock, live
from sla.models import Breach, Clock, ClockFiring
from sla.queries import heartbeat
from sla.services import enforcing
from sla.tasks import tick as tick_task
from tests import factories
from tickets.enums import EventType
from tickets.models import Ticket, TicketEvent
from tickets.services.moving import move
from tickets.services.replying import reply

SECOND = timedelta(seconds=1)


def fired(kind: str) -> list[int]:
    return list(
        ClockFiring.objects.filter(clock__kind=kind, overtaken=False)
        .order_by("threshold")
        .values_list("threshold", flat=True)
    )


def escalations(ticket: Ticket) -> list[tuple[str, int]]:
    events = TicketEvent.objects.filter(ticket=ticket, type=EventType.ESCALATED).order_by("pk")
    return [(event.payload["clock"], event.payload["threshold"]) for event in events]


@pytest.mark.django_db
def test_first_response_fires_at_30_60_75_and_90_seconds_and_once_each():
    ticket = factories.ticket()
    for second in range(28, 95):
        enforcing.tick(now=ticket.received_at + second * SECOND)
    assert fired("FR") == [30, 60, 75, 90]
    assert [entry for entry in escalations(ticket) if entry[0] == "FR"] == [
        ("FR", code) for code in (30, 60, 75, 90)
    ]


@pytest.mark.django_db
def test_nothing_fires_at_the_very_instant_of_the_deadline():
    ticket = factories.ticket()
    enforcing.tick(now=ticket.received_at + 90 * SECOND)
    assert not Breach.objects.exists()
    enforcing.tick(now=ticket.received_at + 90 * SECOND + timedelta(microseconds=1))
    assert Breach.objects.exists()


@pytest.mark.django_db
def test_breach_is_recorded_at_its_deadline_with_who_had_the_ticket():
    ticket, desk = factories.ticket(), factories.operator()
    move(actor=desk, ticket_id=ticket.pk, transition="accept")
    enforcing.tick(now=ticket.received_at + 91 * SECOND)
    breach = Breach.objects.get()
    assert (breach.kind, breach.breached_at) == ("FR", ticket.received_at + 90 * SECOND)
    assert (breach.detected_at, breach.assignee_id, breach.state) == (
        ticket.received_at + 91 * SECOND, desk.user_id, "triage",
    )  # fmt: skip


@pytest.mark.django_db
def test_sweep_that_was_off_for_hours_fires_late_once_and_says_so():
    ticket = factories.ticket()
    late = ticket.received_at + timedelta(hours=3)
    enforcing.tick(now=late)
    enforcing.tick(now=late + SECOND)
    assert fired("FR") == [90]
    assert ClockFiring.objects.filter(clock__kind="FR", overtaken=True).count() == 3
    event = TicketEvent.objects.get(ticket=ticket, type=EventType.ESCALATED, payload__clock="FR")
    assert event.payload["late"] is True
    assert event.payload["detected_at"] == late.isoformat()
    assert Breach.objects.get(kind="FR").detected_at == late


@pytest.mark.django_db
def test_miss_that_was_answered_before_the_sweep_came_is_still_recorded():
    ticket, desk = factories.ticket(), factories.operator()
    reply(actor=desk, ticket_id=ticket.pk, text="Sorry for the wait.", at=ticket.received_at + 95 * SECOND)
    enforcing.tick(now=ticket.received_at + 96 * SECOND)
    assert Breach.objects.get().breached_at == ticket.received_at + 90 * SECOND


@pytest.mark.django_db
def test_answer_silences_what_was_ahead():
    ticket, desk = factories.ticket(), factories.operator()
    enforcing.tick(now=ticket.received_at + 31 * SECOND)
    reply(actor=desk, ticket_id=ticket.pk, text="Hello!", at=ticket.received_at + 40 * SECOND)
    enforcing.tick(now=ticket.received_at + 200 * SECOND)
    assert fired("FR") == [30]


@pytest.mark.django_db
def test_pause_moves_the_warnings_of_the_resolution():
    contract = factories.ContractFactory.create()
    ticket, desk = (
        factories.ticket(factories.contact(customer=contract.customer), priority=2),
        factories.operator(),
    )
    start = ticket.received_at
    reply(actor=desk, ticket_id=ticket.pk, text="Hello!", at=start + SECOND)
    move(actor=desk, ticket_id=ticket.pk, transition="accept", at=start + 2 * SECOND)
    half = Clock.objects.get(ticket=ticket, kind="RES").next_at
    move(
        actor=desk, ticket_id=ticket.pk, transition="ask_customer", reason="info", message="Which server?",
        resume_at=clock.now() + timedelta(days=1), at=start + 60 * SECOND,
    )  # fmt: skip
    paused = Clock.objects.get(ticket=ticket, kind="RES")
    assert (paused.next_at, paused.due_at) == (None, None)
    enforcing.tick(now=start + timedelta(hours=9))
    assert fired("RES") == []
    ticket = Ticket.objects.get(pk=ticket.pk)
    from accounts.enums import Actor

    move(actor=Actor.system(), ticket_id=ticket.pk, transition="customer_answered", at=start + 3660 * SECOND)
    resumed = Clock.objects.get(ticket=ticket, kind="RES")
    assert half == start + timedelta(hours=2)
    assert resumed.ahead[0] == [50, (start + timedelta(hours=3)).isoformat()]


@pytest.mark.django_db
def test_missed_line_target_no_longer_leads_the_queue():
    ticket, desk = factories.ticket(), factories.operator()
    reply(actor=desk, ticket_id=ticket.pk, text="Hello!", at=ticket.received_at + SECOND)
    assert Ticket.objects.get(pk=ticket.pk).next_due_kind == "OLA_A"
    enforcing.tick(now=ticket.received_at + 61 * SECOND)
    assert Ticket.objects.get(pk=ticket.pk).next_due_kind != "OLA_A"


@pytest.mark.django_db
def test_idle_tick_is_one_statement():
    factories.ticket()
    with CaptureQueriesContext(connection) as context:
        enforcing.tick(now=clock.now() - timedelta(hours=1))
    assert len(context.captured_queries) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", [31, 76, 91])
@pytest.mark.parametrize("number", [1, 20])
def test_sweep_costs_the_same_number_of_statements_for_any_number_of_clocks(number, seconds):
    start = clock.now()
    for _ in range(number):
        factories.ticket(received_at=start)
    with CaptureQueriesContext(connection) as context:
        enforcing.tick(now=start + seconds * SECOND)
    assert ClockFiring.objects.filter(clock__kind="FR", overtaken=False).count() == number
    assert len(context.captured_queries) <= 15


@pytest.mark.django_db
def test_deadlines_found_together_each_get_an_event_and_a_bell_of_their_own(
    monkeypatch, django_capture_on_commit_callbacks
):
    start, rung = clock.now(), []
    tickets = [factories.ticket(received_at=start) for _ in range(3)]
    monkeypatch.setattr(live.publishing._bell, "ring_all", rung.extend)
    with django_capture_on_commit_callbacks(execute=True):
        enforcing.tick(now=start + 91 * SECOND)
    for ticket in tickets:
        assert ("FR", 90) in escalations(ticket)
        alarms = [
            text for channel, text in rung if channel.endswith(f"ticket:{ticket.pk}") and "sla-alarm" in text
        ]
        assert any('"level":"breach"' in text and f'"id":{ticket.pk},' in text for text in alarms)


@pytest.mark.django_db
def test_task_leaves_a_heartbeat():
    assert not heartbeat.is_healthy()
    tick_task.run()
    assert heartbeat.is_healthy()


@pytest.mark.django_db
def test_second_firing_of_a_threshold_is_refused_by_the_database():
    ticket = factories.ticket()
    enforcing.tick(now=ticket.received_at + 31 * SECOND)
    firing = ClockFiring.objects.get(threshold=30)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockFiring.objects.create(clock=firing.clock, threshold=30, due_at=firing.due_at)


# -- two sweeps at the same time -----------------------------------------------------------------------------------

TICKETS = 12


def both(work) -> list[object]:
    """Run `work(barrier)` in two threads with connections of their own."""
    barrier, results, errors = threading.Barrier(2, timeout=20), [], []

    def run() -> None:
        try:
            results.append(work(barrier))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    return results


@pytest.fixture
def overdue(transactional_db):
    start = clock.now() - timedelta(minutes=10)
    return [factories.ticket(received_at=start) for _ in range(TICKETS)]


def test_two_sweeps_fire_each_deadline_exactly_once(overdue):
    def sweep(barrier):
        barrier.wait()
        return enforcing.tick(limit=5).breaches

    counts = both(sweep)
    assert sum(counts) == TICKETS
    assert Breach.objects.count() == TICKETS
    assert TicketEvent.objects.filter(type=EventType.ESCALATED, payload__clock="FR").count() == TICKETS


def test_without_the_claim_two_sweeps_see_the_same_deadlines(overdue):
    """The control: a plain read hands every due clock to both sweeps."""

    def naive(barrier):
        with transaction.atomic():
            due = list(Clock.objects.filter(kind="FR", next_at__lt=clock.now()))
            barrier.wait()
        return len(due)

    assert both(naive) == [TICKETS, TICKETS]


def test_sweep_skips_a_ticket_that_is_being_changed(overdue):
    with transaction.atomic():
        Ticket.objects.select_for_update().get(pk=overdue[0].pk)
        result = []
        thread = threading.Thread(
            target=lambda: (result.append(enforcing.tick().breaches), connection.close())
        )
        thread.start()
        thread.join(20)
    assert result == [TICKETS - 1]
    assert enforcing.tick().breaches == 1
