"""Nobody watches the clocks: it is noticed within seconds, by the database's time and no machine's."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from common.db import database_now
from common.live import publishing
from sla.models import Breach, Clock, ClockFiring
from sla.queries import heartbeat
from sla.queries.heartbeat import State
from sla.services import enforcing, sparing
from tests import factories
from tests.tickets.desk import client_of
from tickets.enums import EventType
from tickets.models import Ticket, TicketEvent
from tickets.services.replying import reply

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def nothing_set_aside():
    sparing.forget()
    yield
    sparing.forget()


@pytest.fixture
def no_redis(settings, tmp_path: Path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"


def overdue(seconds: float = 20) -> Ticket:
    """A ticket whose first warning should have rung so long ago, by the database's clock."""
    return factories.ticket(received_at=database_now() - timedelta(seconds=30 + seconds))


def shifted(hours: float):
    return time_machine.travel(datetime.now(UTC) + timedelta(hours=hours))


# -- the judgement ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_sweep_that_has_never_run_is_down_and_one_that_has_is_well():
    assert heartbeat.health().state is State.DOWN
    enforcing.tick()
    assert heartbeat.health().state is State.OK


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "state"), [(9, State.OK), (11, State.LATE), (-11, State.LATE)])
def test_no_sweep_for_more_than_ten_seconds_is_an_alarm_and_so_is_one_from_the_future(ago, state):
    heartbeat.beat(database_now() - timedelta(seconds=ago))
    assert heartbeat.health().state is state


@pytest.mark.django_db
def test_something_overdue_is_an_alarm_though_sweeps_complete():
    overdue(seconds=15)
    heartbeat.beat(database_now())
    found = heartbeat.health()
    assert (found.state, found.behind > 14) == (State.LATE, True)


@pytest.mark.django_db
def test_what_has_just_become_due_is_no_alarm():
    overdue(seconds=5)
    heartbeat.beat(database_now())
    assert heartbeat.health().state is State.OK


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-5, 5])
def test_a_wrong_clock_of_the_machine_that_asks_neither_raises_nor_hides_the_alarm(hours):
    with shifted(hours):
        heartbeat.beat(database_now())
        assert heartbeat.health().state is State.OK
        heartbeat.beat(database_now() - 11 * SECOND)
        assert heartbeat.health().state is State.LATE


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-5, 5])
def test_a_wrong_clock_of_the_machine_that_sweeps_does_not_matter_either(hours):
    with shifted(hours):
        enforcing.tick()
    assert heartbeat.health().state is State.OK


@pytest.mark.django_db
def test_without_redis_what_is_overdue_decides_alone(no_redis):
    enforcing.tick()
    assert heartbeat.health().state is State.OK
    overdue()
    assert heartbeat.health().state is State.LATE


@pytest.mark.django_db
def test_the_judgement_is_one_statement():
    overdue()
    heartbeat.beat(database_now(), [1, 2, 3])
    with CaptureQueriesContext(connection) as seen:
        heartbeat.health()
    assert len(seen) == 1


@pytest.mark.django_db
def test_an_idle_tick_and_the_judgement_read_the_index_of_what_is_ahead():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql, values in ((enforcing.DUE, [None, []]), (heartbeat.JUDGING, {"stuck": []})):
            cursor.execute("EXPLAIN " + sql, values)
            assert "sla_clock_next" in "\n".join(row[0] for row in cursor.fetchall())


# -- a row that cannot fire ------------------------------------------------------------------------------------------


@pytest.fixture
def poison(db):
    """A clock whose stored thresholds cannot be read: no sweep will ever fire it."""
    ticket = overdue()
    Clock.objects.filter(ticket=ticket, kind="FR").update(ahead=[["thirty", "soon"]])
    return ticket


def sweeps(number: int, **options) -> None:
    """So many seconds of sweeping, without waiting for them."""
    for _ in range(number):
        for one in sparing._failing.values():
            one.rests_until -= 1
        enforcing.tick(**options)


def test_a_row_that_cannot_fire_is_named_and_the_sweep_is_not_called_late_for_it(poison):
    sweeps(10)
    found = heartbeat.health()
    clock = Clock.objects.get(ticket=poison, kind="FR")
    assert (found.state, found.stuck) == (State.STUCK, (clock.pk,))
    assert heartbeat.is_healthy()


def test_others_behind_a_row_that_cannot_fire_ring_in_the_same_tick(poison):
    sweeps(5)
    second = overdue()
    enforcing.tick()
    assert ClockFiring.objects.filter(clock__ticket=second, clock__kind="FR").exists()


def test_a_row_that_cannot_fire_is_tried_ever_more_rarely(poison, caplog):
    sweeps(60)
    tries = [line for line in caplog.records if "could not fire" in line.getMessage()]
    assert 4 <= len(tries) <= 8


def test_a_late_sweep_is_late_though_a_row_is_stuck(poison):
    sweeps(10)
    overdue()
    assert heartbeat.health().state is State.LATE


def test_the_alarm_of_a_stuck_row_ends_when_it_has_been_mended(poison):
    sweeps(10)
    Clock.objects.filter(ticket=poison, kind="FR").update(ahead=[])
    sweeps(61)
    assert heartbeat.health().state is State.OK
    assert sparing.stuck() == []


def test_when_nothing_can_fire_it_is_the_sweep_and_not_the_rows(db):
    for _ in range(sparing.MOST + 5):
        overdue()
    Clock.objects.filter(kind="FR").update(ahead=[["thirty", "soon"]])
    sweeps(10)
    assert heartbeat.health().state is State.LATE


# -- what operators see ----------------------------------------------------------------------------------------------


def test_every_page_of_the_desk_asks_for_the_alarm_every_ten_seconds(db):
    client = client_of(factories.operator())
    for address in ("/desk/", "/desk/shift/"):
        page = client.get(address).content.decode()
        assert 'hx-get="/sla/watch/"' in page
        assert "every 10s" in page


def test_the_bar_says_that_the_sweep_is_late_and_says_it_once(db):
    client = client_of(factories.operator())
    page = client.get("/sla/watch/").content.decode()
    assert "The clock sweep is late" in page
    assert client.get("/sla/watch/", {"seen": "down"}).status_code == 204
    enforcing.tick()
    calm = client.get("/sla/watch/", {"seen": "down"})
    assert calm.status_code == 200
    assert 'role="alert"' not in calm.content.decode()


def test_the_bar_names_the_tickets_that_cannot_ring(poison):
    sweeps(10)
    page = client_of(factories.operator()).get("/sla/watch/").content.decode()
    assert poison.number in page
    assert "cannot ring" in page


@pytest.mark.parametrize("number", [1, 12])
def test_the_bar_costs_the_same_for_one_stuck_ticket_and_for_many(db, number, django_assert_max_num_queries):
    for _ in range(number):
        Clock.objects.filter(ticket=overdue(), kind="FR").update(ahead=[["thirty", "soon"]])
    sweeps(10)
    client = client_of(factories.operator())
    with django_assert_max_num_queries(5):
        client.get("/sla/watch/")


# -- firing by the database's time -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_sweep_on_a_machine_with_a_wrong_clock_fires_what_is_due_and_nothing_else(hours):
    due, waiting = overdue(seconds=1), factories.ticket(received_at=database_now())
    with shifted(hours):
        enforcing.tick()
    assert list(ClockFiring.objects.filter(clock__kind="FR").values_list("clock__ticket", "threshold")) == [
        (due.pk, 30)
    ]
    assert not ClockFiring.objects.filter(clock__ticket=waiting).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_breach_found_by_a_machine_with_a_wrong_clock_judges_no_other_clock_of_the_ticket(hours):
    """The resolution is due in four hours: an hour of error must not bring anything forward."""
    ticket = factories.ticket(received_at=database_now() - 91 * SECOND)
    with shifted(hours):
        enforcing.tick()
    breach = Breach.objects.get()
    assert (breach.kind, breach.breached_at) == ("FR", ticket.received_at + 90 * SECOND)
    assert abs((breach.detected_at - database_now()).total_seconds()) < 5
    others = Clock.objects.filter(ticket=ticket).exclude(kind__in=("FR", "OLA_A"))
    assert set(others.values_list("verdict", flat=True)) == {"running"}


@pytest.mark.django_db
def test_after_hours_off_a_breach_fires_once_late_and_says_when_it_was_noticed():
    ticket = factories.ticket(received_at=database_now() - timedelta(hours=3))
    before = database_now()
    enforcing.tick()
    enforcing.tick()
    event = TicketEvent.objects.get(ticket=ticket, type=EventType.ESCALATED, payload__clock="FR")
    clock = Clock.objects.get(ticket=ticket, kind="FR")
    assert event.payload["late"] is True
    assert (event.payload["threshold"], clock.breached_at) == (90, ticket.received_at + 90 * SECOND)
    assert clock.detected_at >= before
    assert Breach.objects.filter(ticket=ticket, kind="FR").count() == 1


@pytest.mark.django_db
def test_an_answer_given_after_the_miss_leaves_the_instant_it_was_noticed(db):
    ticket, desk = factories.ticket(received_at=database_now() - 91 * SECOND), factories.operator()
    enforcing.tick()
    noticed = Clock.objects.get(ticket=ticket, kind="FR").detected_at
    reply(actor=desk, ticket_id=ticket.pk, text="Sorry.")
    clock = Clock.objects.get(ticket=ticket, kind="FR")
    assert (clock.verdict, clock.detected_at, clock.stopped_at is not None) == ("missed", noticed, True)


# -- somebody is always told -----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("led", [True, False])
def test_at_75_seconds_the_leads_hear_it_and_without_one_the_whole_shift_hears_that_nobody_leads(
    led, monkeypatch, django_capture_on_commit_callbacks
):
    heard: list[tuple[str, str]] = []
    lead = factories.OperatorFactory.create(is_shift_lead=True, on_shift=led)
    factories.OperatorFactory.create(on_shift=True)
    factories.ticket(received_at=database_now() - 76 * SECOND)
    monkeypatch.setattr(publishing._bell, "ring_all", heard.extend)
    with django_capture_on_commit_callbacks(execute=True):
        enforcing.tick()
    bells = [(channel, text) for channel, text in heard if '"level":"assign"' in text]
    channels = {channel.removeprefix(publishing.prefix()) for channel, _text in bells}
    assert "shift" in channels
    assert (f"operator:{lead.user_id}" in channels) is led
    assert all(f'"leaderless":{"false" if led else "true"}' in text for _channel, text in bells)


def test_a_ticket_held_by_somebody_else_for_long_is_an_alarm_and_not_a_stuck_row(transactional_db):
    ticket = overdue()
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Ticket.objects.select_for_update().get(pk=ticket.pk)
            held.set()
            free.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(20)
        enforcing.tick()
        assert heartbeat.health().state is State.LATE
        assert sparing.stuck() == []
    finally:
        free.set()
        thread.join(20)
    enforcing.tick()
    assert heartbeat.health().state is State.OK
