"""Published hours reach running clocks: all of them, once, whoever dies on the way, and nobody waits for long."""

import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction

from accounts.enums import Actor
from common import clock
from common.errors import Conflict, NotAllowed, Unprocessable
from sla.models import CalendarVersion, Clock
from sla.services import enforcing, rebuilding, recalculating
from sla.services.loading import rules
from sla.services.publishing_calendars import publish_calendar
from tests import factories
from tests.sla.aside import WAITING
from tickets.models import Ticket
from tickets.services.moving import BypassRequest, move

MONDAY = datetime(2026, 11, 23, 13, tzinfo=UTC)  # 16:00 in Moscow


def manager() -> Actor:
    return factories.operator(is_service_manager=True)


def office_tickets(count: int) -> list[Ticket]:
    """Tickets whose resolution counts by office hours: eight of them."""
    person = factories.contact(customer=factories.ContractFactory.create(tier="basic").customer)
    return [factories.ticket(person) for _ in range(count)]


def next_version(day_off: str, **values: object) -> CalendarVersion:
    source = CalendarVersion.objects.filter(key="RUBH").latest("pk")
    given = {
        "key": "RUBH", "tz": source.tz, "week": source.week, "exceptions": source.exceptions,
        "holidays": [*source.holidays, day_off], **values,
    }  # fmt: skip
    return CalendarVersion(**given)


def publish(
    day_off: str = "2026-11-24",
    *,
    actor: Actor | None = None,
    since: datetime | None = None,
    **values: object,
) -> CalendarVersion:
    seen = CalendarVersion.objects.filter(key="RUBH").latest("pk").pk
    version = next_version(day_off, **values)
    return publish_calendar(actor=actor or manager(), version=version, since=since, seen=seen)


def owed() -> None:
    """The wait until every process has read the new hours is over (the database's clock is not ours to move)."""
    CalendarVersion.objects.filter(recalculate_after__isnull=False).update(
        recalculate_after=datetime(2020, 1, 1, tzinfo=UTC)
    )


def dues() -> list[datetime | None]:
    clocks = Clock.objects.filter(kind="RES").order_by("ticket_id")
    return list(clocks.values_list("due_at", flat=True))


@pytest.fixture
def monday():
    rules()
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.mark.django_db(transaction=True)
def test_published_day_off_moves_the_deadlines_of_running_clocks(monday):
    first, second = office_tickets(2)
    move(
        actor=factories.operator(),
        ticket_id=second.pk,
        transition="cancel",
        reason="withdrawn",
        message="As you asked.",
    )
    before = Clock.objects.get(ticket=first, kind="RES").due_at
    publish()
    owed()
    assert recalculating.recalculate() == 1
    after = Clock.objects.get(ticket=first, kind="RES")
    assert before == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert after.due_at == datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert after.calendar_version == CalendarVersion.objects.latest("pk")
    assert list(rebuilding.check()) == []


@pytest.mark.django_db(transaction=True)
def test_resolved_ticket_keeps_its_deadline_whatever_is_published_later_and_takes_the_new_one_if_reopened(
    monday,
):
    (ticket,), desk = office_tickets(1), factories.operator()
    move(actor=desk, ticket_id=ticket.pk, transition="accept")
    move(
        actor=desk, ticket_id=ticket.pk, transition="resolve", resolution_code="fixed", message="It runs again.",
        waive="A one-off.", bypass=BypassRequest(why="only the clock matters"),
    )  # fmt: skip
    publish()
    owed()
    recalculating.recalculate()
    assert dues() == [datetime(2026, 11, 24, 12, tzinfo=UTC)]
    assert list(rebuilding.check()) == []
    move(actor=desk, ticket_id=ticket.pk, transition="reopen", reason="not_fixed")
    assert dues() == [datetime(2026, 11, 25, 12, tzinfo=UTC)]
    assert list(rebuilding.check()) == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_worked_out_before_every_process_knows_the_hours_and_nothing_twice(monday):
    office_tickets(1)
    version = publish()
    # The database's own clock runs behind Monday 2026-11-23 or ahead of it: say «not yet» by it.
    CalendarVersion.objects.filter(pk=version.pk).update(recalculate_after=datetime(2100, 1, 1, tzinfo=UTC))
    assert recalculating.recalculate() == 0
    owed()
    assert (recalculating.recalculate(), recalculating.recalculate()) == (1, 0)


@pytest.mark.django_db
def test_idle_sweep_is_one_look_up(django_assert_num_queries):
    rules()
    CalendarVersion.objects.update(recalculate_after=None)
    with django_assert_num_queries(3):  # savepoint, look-up, release
        assert recalculating.recalculate() == 0


@pytest.mark.django_db(transaction=True)
def test_version_planned_ahead_counts_from_its_instant_only(monday):
    """D07 and D08: hours up to the publication stay what they were, whenever it was decided."""
    office_tickets(1)
    publish("2026-11-24", since=datetime(2026, 11, 24, 7, tzinfo=UTC))  # 10:00 in Moscow
    owed()
    recalculating.recalculate()
    # 2 h on Monday, 1 h on Tuesday until ten, 5 h on Wednesday.
    assert dues() == [datetime(2026, 11, 25, 11, tzinfo=UTC)]


@pytest.mark.django_db(transaction=True)
def test_two_versions_published_in_a_row_both_count(monday):
    office_tickets(1)
    publish("2026-11-24")
    publish("2026-11-25", since=MONDAY + timedelta(hours=1))
    owed()
    recalculating.recalculate()
    assert dues() == [datetime(2026, 11, 26, 12, tzinfo=UTC)]
    assert not CalendarVersion.objects.filter(recalculate_after__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_deadline_that_new_hours_bring_into_the_past_is_missed_from_then(monday):
    office_tickets(1)
    publish("2026-12-31", week="daily 00:00-24:00", holidays=[], exceptions={})
    owed()
    recalculating.recalculate()
    assert dues() == [MONDAY + timedelta(hours=8)]
    enforcing.tick(now=MONDAY + timedelta(hours=9))
    assert Clock.objects.get(kind="RES").breached_at == MONDAY + timedelta(hours=8)


@pytest.mark.django_db(transaction=True)
def test_killed_worker_leaves_no_clock_with_the_old_deadline(monday, monkeypatch):
    monkeypatch.setattr(recalculating, "BATCH", 2)
    tickets = office_tickets(40)
    publish()
    owed()
    child = _start_worker()
    until = time.monotonic() + 30
    while not CalendarVersion.objects.filter(recalculated_up_to__gt=0).exists() and time.monotonic() < until:
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    moved, left = datetime(2026, 11, 25, 12, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert set(dues()) == {moved, left}, "the worker was to die half-way"
    assert recalculating.recalculate() == 0, "its lease holds for a minute"
    owed()
    recalculating.recalculate()
    assert dues() == [moved] * len(tickets)
    assert list(rebuilding.check()) == []


def _start_worker() -> int:
    """Another process on the same database, by a connection of its own."""
    child = os.fork()
    if child == 0:
        inherited, connection.connection = connection.connection, None
        try:
            recalculating.recalculate()
        finally:
            os._exit(0 if inherited else 1)
    return child


@pytest.mark.django_db(transaction=True)
def test_turn_that_ends_early_is_gone_on_with(monday, monkeypatch):
    monkeypatch.setattr(recalculating, "BATCH", 1)
    office_tickets(3)
    publish()
    owed()
    turns = [recalculating.recalculate(seconds=0) for _ in range(5)]
    assert turns == [1, 1, 1, 0, 0]
    assert set(dues()) == {datetime(2026, 11, 25, 12, tzinfo=UTC)}


@pytest.mark.django_db(transaction=True)
def test_recalculation_waits_for_one_ticket_and_holds_no_other(monday):
    first, second, third = office_tickets(3)
    publish()
    owed()
    worker = threading.Thread(target=_in_thread, args=(recalculating.recalculate,))
    with transaction.atomic():
        Ticket.objects.select_for_update().get(pk=second.pk)
        worker.start()
        _until_somebody_waits()
        free = [_is_free(ticket) for ticket in (first, third)]
    worker.join(30)
    assert free == [True, True]
    assert set(dues()) == {datetime(2026, 11, 25, 12, tzinfo=UTC)}


def _in_thread(work) -> None:
    try:
        work()
    finally:
        connection.close()


def _until_somebody_waits() -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


def _is_free(ticket: Ticket) -> bool:
    found: list[bool] = []

    def look() -> None:
        try:
            with transaction.atomic():
                Ticket.objects.select_for_update(nowait=True).get(pk=ticket.pk)
            found.append(True)
        except OperationalError:
            found.append(False)

    thread = threading.Thread(target=_in_thread, args=(look,))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_leave_the_same_clocks(monday):
    office_tickets(6)
    publish()
    owed()
    workers = [threading.Thread(target=_in_thread, args=(recalculating.recalculate,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert set(dues()) == {datetime(2026, 11, 25, 12, tzinfo=UTC)}
    assert list(rebuilding.check()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"week": "Mon 09:00-18:00 17:00-19:00"}, "week"),
        ({"week": "Mon 22:00-06:00 Tue 05:00-09:00"}, "week"),
        ({"week": "someday"}, "week"),
        ({"week": ""}, "week"),
        ({"tz": "Europe/Atlantis"}, "tz"),
        ({"exceptions": {"2026-13-01": []}}, "exceptions"),
        ({"exceptions": {"2026-12-01": ["09:00-12:00", "11:00-13:00"]}}, "exceptions"),
        ({"exceptions": {"2026-12-01/2026-12-03": [], "2026-12-02": []}}, "exceptions"),
        ({"holidays": ["tomorrow"]}, "holidays"),
        ({"holidays": 5}, "holidays"),
    ],
)
def test_calendar_that_makes_no_sense_is_refused_at_the_field(values, field):
    given = {"key": "X", "tz": "UTC", "week": "Mon-Fri 09:00-18:00", **values}
    with pytest.raises(ValidationError) as refusal:
        publish_calendar(actor=manager(), version=CalendarVersion(**given))
    assert field in refusal.value.message_dict
    assert not CalendarVersion.objects.filter(key="X").exists()


@pytest.mark.django_db
def test_only_who_answers_for_promises_publishes():
    for actor in (factories.operator(), factories.operator(is_shift_lead=True), factories.contact()):
        with pytest.raises(NotAllowed):
            publish(actor=actor)
    publish(actor=factories.operator(is_administrator=True))


@pytest.mark.django_db
def test_hours_of_the_past_cannot_be_changed():
    with pytest.raises(Unprocessable):
        publish(since=clock.now() - timedelta(minutes=1))


@pytest.mark.django_db
def test_whoever_saw_an_older_version_is_told_instead_of_undoing_the_newer():
    seen = CalendarVersion.objects.filter(key="RUBH").latest("pk").pk
    publish("2026-11-24")
    with pytest.raises(Conflict):
        publish_calendar(actor=manager(), version=next_version("2026-11-25"), seen=seen)


@pytest.mark.django_db(transaction=True)
def test_deadline_at_closing_time_breaks_only_when_the_calendar_opens_again(monday):
    """No more than the promise has been used until then, and an answer is still in time."""
    with time_machine.travel("2026-11-20T07:00:00Z", tick=False):  # Friday 10:00: eight hours end at 18:00
        (ticket,) = office_tickets(1)
    due = datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert Clock.objects.get(ticket=ticket, kind="RES").due_at == due
    enforcing.tick(now=datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert Clock.objects.get(ticket=ticket, kind="RES").verdict == "running"
    enforcing.tick(now=datetime(2026, 11, 23, 6, 0, 0, 1, tzinfo=UTC))  # 09:00 in Moscow
    missed = Clock.objects.get(ticket=ticket, kind="RES")
    assert (missed.verdict, missed.breached_at) == ("missed", due)
    assert list(rebuilding.check()) == []
