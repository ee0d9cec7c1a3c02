"""Closing months, and rule R8: what becomes known afterwards is reported in the month it becomes known."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Actor
from common import clock
from common.db import lock_one
from common.errors import Conflict
from sla.models import Breach, Clock, MonthClosing
from sla.queries import attainment, months
from sla.queries import breaches as listed
from sla.services import closing, enforcing, rebuilding, reporting, reviewing
from tests import factories
from tests.sla.aside import aside, is_waiting
from tests.sla.test_reviews import lead, manager, reviewed, signed_in
from tickets.enums import EventType
from tickets.models import Ticket
from tickets.services import recording
from tickets.services.moving import move
from tickets.services.replying import reply

MONTH, NEXT = date(2027, 3, 1), date(2027, 4, 1)
EVENING = months.end_of(MONTH) - timedelta(hours=2)
AFTER = months.end_of(MONTH) + timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def answered(at: datetime = EVENING) -> Ticket:
    """A ticket of the month's last evening, answered in half a minute and still open."""
    ticket = factories.ticket(received_at=at)
    reply(actor=factories.operator(), ticket_id=ticket.pk, text="Hello!", at=at + timedelta(seconds=30))
    return ticket


def late_mail(ticket: Ticket) -> None:
    """A mail of the evening that arrives only now; nobody has answered it."""
    with transaction.atomic():
        locked = lock_one(Ticket.objects.select_related("category"), ticket.pk)
        recording.record(
            ticket=locked, type=EventType.MESSAGE, actor=factories.contact(), occurred_at=EVENING + 5 * MINUTE,
            kind="customer", public=True, human=True, channel="mail",
        )  # fmt: skip


def budget(month: date) -> tuple[int, int, int]:
    shown = next(one for one in months.recent() if one.first == month)
    return (shown.budget.judged, shown.budget.missed, shown.budget.excused)


@pytest.fixture
def travel():
    """The clock at an instant, to be moved by the test."""
    with time_machine.travel(EVENING, tick=True) as traveller:
        yield traveller.move_to


# -- closing -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_closing_keeps_the_figures_of_its_moment(travel):
    kept, missed = answered(), answered()
    travel(EVENING + MINUTE)
    for ticket in (kept, missed):
        Clock.objects.filter(ticket=ticket, kind="RES").update(
            verdict="met", verdict_at=EVENING, reported_at=EVENING, stopped_at=EVENING, running_since=None,
            next_at=None, next_threshold=None, ahead=[],
        )  # fmt: skip
    Clock.objects.filter(ticket=missed, kind="FR").update(
        verdict="missed", breached_at=EVENING, verdict_at=EVENING
    )
    travel(AFTER)
    enforcing.tick(now=clock.now())
    for breach in Breach.objects.all():
        reviewed(breach)
    closed = closing.close_month(actor=manager(), month=MONTH)
    assert (closed.judged, closed.missed, closed.excused) == (2, 1, 0)
    Clock.objects.filter(ticket=kept, kind="RES").update(
        verdict="missed", breached_at=EVENING, verdict_at=EVENING
    )
    assert attainment.budget(since=months.start_of(MONTH), until=months.end_of(MONTH)).missed == 2
    assert budget(MONTH) == (2, 1, 0)


@pytest.mark.django_db
def test_month_with_something_that_the_sweep_has_not_fired_stays_open(travel):
    factories.ticket(received_at=EVENING)
    travel(AFTER)
    with pytest.raises(Conflict, match="sweep"):
        closing.close_month(actor=manager(), month=MONTH)
    enforcing.tick(now=clock.now())
    assert months.unfired(MONTH).count() == 0
    with pytest.raises(Conflict, match="reviewed"):
        closing.close_month(actor=manager(), month=MONTH)


@pytest.mark.django_db
def test_month_closes_only_when_what_began_in_its_last_second_is_written(travel):
    travel(months.end_of(MONTH) + 4 * MINUTE)
    with pytest.raises(Conflict, match="not over"):
        closing.close_month(actor=manager(), month=MONTH)
    travel(months.end_of(MONTH) + 5 * MINUTE + timedelta(seconds=1))
    assert closing.close_month(actor=manager(), month=MONTH).month == MONTH


def test_months_are_those_of_the_centre_whatever_zone_the_reader_lives_in():
    with timezone.override("Asia/Vladivostok"):
        assert months.start_of(MONTH).utcoffset() == timedelta(hours=3)
        assert months.of(months.start_of(MONTH) - timedelta(microseconds=1)) == date(2027, 2, 1)
        assert months.of(months.start_of(MONTH)) == MONTH


# -- R8: what becomes known later ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_late_mail_that_breaks_a_promise_of_a_closed_month_is_reported_when_it_becomes_known(travel):
    ticket = answered()
    travel(AFTER)
    enforcing.tick(now=clock.now())
    closed = closing.close_month(actor=manager(), month=MONTH)
    before = budget(MONTH)
    late_mail(ticket)
    enforcing.tick(now=clock.now())
    breach = Breach.objects.get(ticket=ticket, kind="NR")
    assert months.of(breach.breached_at) == MONTH
    assert months.of(breach.clock.reported_at) == NEXT
    assert budget(MONTH) == before == (closed.judged, closed.missed, closed.excused)
    assert list(months.unreviewed(MONTH)) == []
    assert list(months.unreviewed(NEXT)) == [breach]
    assert [one.pk for one in listed.page(listed.Wanted(month=NEXT)).rows] == [breach.pk]
    assert listed.page(listed.Wanted(month=MONTH)).rows == []
    shown = next(one for one in months.recent() if one.first == MONTH)
    assert shown.reported_later == 1
    assert rebuilding.drifts(Ticket.objects.get(pk=ticket.pk)) == []


@pytest.mark.django_db
def test_promise_that_broke_unseen_as_spam_is_reported_in_the_month_of_its_restoring(travel):
    ticket, desk = factories.ticket(received_at=EVENING), factories.operator()
    move(actor=desk, ticket_id=ticket.pk, transition="accept", at=EVENING + timedelta(seconds=5))
    move(actor=desk, ticket_id=ticket.pk, transition="mark_spam", at=EVENING + timedelta(seconds=9))
    travel(AFTER)
    enforcing.tick(now=clock.now())
    closing.close_month(actor=manager(), month=MONTH)
    move(actor=desk, ticket_id=ticket.pk, transition="not_spam")
    enforcing.tick(now=clock.now())
    breach = Breach.objects.get(ticket=ticket, kind="FR")
    assert (months.of(breach.breached_at), months.of(breach.clock.reported_at)) == (MONTH, NEXT)
    assert list(months.unreviewed(NEXT).filter(kind="FR")) == [breach]
    assert list(months.unreviewed(MONTH)) == []


@pytest.mark.django_db
def test_same_late_mail_is_reported_where_it_belongs_while_the_month_is_open(travel):
    """The control: without a closing nothing moves."""
    ticket = answered()
    travel(AFTER)
    enforcing.tick(now=clock.now())
    late_mail(ticket)
    enforcing.tick(now=clock.now())
    breach = Breach.objects.get(ticket=ticket, kind="NR")
    assert months.of(breach.clock.reported_at) == MONTH
    assert list(months.unreviewed(MONTH)) == [breach]


@pytest.mark.django_db
def test_every_breach_belongs_to_exactly_one_month(travel):
    first, second = answered(), answered(EVENING + MINUTE)
    travel(AFTER)
    enforcing.tick(now=clock.now())
    closing.close_month(actor=manager(), month=MONTH)
    late_mail(first)
    late_mail(second)
    enforcing.tick(now=clock.now())
    found = [breach.pk for month in months.last(6) for breach in months.breaches(month)]
    assert sorted(found) == sorted(Breach.objects.standing().values_list("pk", flat=True))
    assert len(found) == 2


@pytest.mark.django_db
def test_verdict_whose_noticing_lies_in_a_closed_month_too_is_reported_now(travel):
    travel(AFTER)
    MonthClosing.objects.create(month=MONTH, by_id=lead().user_id, at=clock.now())
    row = Clock(verdict="missed", verdict_at=EVENING, detected_at=EVENING + MINUTE)
    reporting.report([row])
    assert row.reported_at is not None
    assert months.of(row.reported_at) == NEXT


@pytest.mark.django_db
def test_excuse_given_after_the_closing_stands_beside_the_figures_and_changes_none(travel):
    ticket = factories.ticket(received_at=EVENING)
    travel(AFTER)
    enforcing.tick(now=clock.now())
    for breach in Breach.objects.all():
        reviewed(breach)
    boss = manager()
    closing.close_month(actor=boss, month=MONTH)
    before = budget(MONTH)
    breach = Breach.objects.get(ticket=ticket, kind="FR")
    reviewing.excuse(actor=boss, breach_id=breach.pk, ground="force", note="Flood")
    assert budget(MONTH) == before
    page = signed_in(boss).get(reverse("sla:months")).content.decode()
    assert "Excused after closing" in page
    page = signed_in(boss).get(reverse("sla:breach", args=[breach.pk])).content.decode()
    assert "March 2027 has been closed" in page


# -- at the same time ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_a_verdict_that_is_being_written_and_then_sees_it(travel):
    ticket, boss = answered(), manager()
    travel(AFTER)
    enforcing.tick(now=clock.now())
    with transaction.atomic():
        late_mail(ticket)
        thread, result = aside(lambda: closing.close_month(actor=boss, month=MONTH))
        assert is_waiting(thread)
    thread.join(20)
    assert isinstance(result[0], Conflict)
    assert not MonthClosing.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_waiting_a_closing_overlooks_a_verdict_of_its_month(travel, monkeypatch):
    """The control: the breach would be reported in a month that is closed without it."""
    ticket, boss = answered(), manager()
    travel(AFTER)
    enforcing.tick(now=clock.now())
    monkeypatch.setattr(reporting, "hold", lambda: None)
    with transaction.atomic():
        late_mail(ticket)
        thread, result = aside(lambda: closing.close_month(actor=boss, month=MONTH))
        thread.join(20)
    enforcing.tick(now=clock.now())
    assert isinstance(result[0], MonthClosing)
    assert result[0].missed == 0
    lost = Clock.objects.get(ticket=ticket, kind="NR")
    assert lost.verdict == "missed"


@pytest.mark.django_db(transaction=True)
def test_verdict_that_comes_during_a_closing_waits_and_is_reported_later(travel):
    ticket, boss = answered(), manager()
    travel(AFTER)
    enforcing.tick(now=clock.now())
    with transaction.atomic():
        closing.close_month(actor=boss, month=MONTH)
        thread, _result = aside(lambda: late_mail(ticket))
        assert is_waiting(thread)
    thread.join(20)
    enforcing.tick(now=clock.now())
    assert list(months.unreviewed(MONTH)) == []
    assert months.unreviewed(NEXT).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_closings_at_once_close_a_month_once(travel):
    boss, barrier = manager(), threading.Barrier(2, timeout=20)
    travel(AFTER)

    def close(_index: int) -> object:
        try:
            barrier.wait()
            return closing.close_month(actor=boss, month=MONTH)
        except Conflict as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(close, range(2)))
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "MonthClosing"]
    assert MonthClosing.objects.count() == 1


# -- the page ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_page_draws_what_was_kept_against_the_goal_and_offers_only_what_can_be_done(travel):
    ticket = factories.ticket(received_at=EVENING)
    travel(AFTER + timedelta(days=2))
    enforcing.tick(now=clock.now())
    boss = signed_in(manager())
    page = boss.get(reverse("sla:months")).content.decode()
    assert 'class="share__goal" x1="95"' in page
    assert "style=" not in page
    assert f"{reverse('sla:breaches')}?month=2027-03" in page
    assert "disabled>Close the month" in page
    for breach in Breach.objects.filter(ticket=ticket):
        reviewed(breach)
    page = boss.get(reverse("sla:months")).content.decode()
    assert "disabled>Close the month" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 30])
def test_months_page_costs_the_same_for_many_breaches(travel, number, django_assert_max_num_queries):
    tickets = [factories.ticket(received_at=EVENING) for _ in range(number)]
    travel(AFTER)
    enforcing.tick(now=clock.now())
    assert Breach.objects.count() >= len(tickets)
    client = signed_in(manager())
    with django_assert_max_num_queries(28):
        client.get(reverse("sla:months"))


def test_system_and_leads_close_no_month():
    assert not any(closing.can_close_month(actor) for actor in (Actor.system(), Actor.monitoring("zabbix")))
