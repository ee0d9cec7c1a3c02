"""The page of one broken promise, the list of all, and the order in which their locks are taken."""

from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Actor
from accounts.models import Operator
from common import clock
from common.db import lock_one
from sla.engine.calendars import C247
from sla.models import Breach, Clock
from sla.queries import breaches, overrun, reviews, stretches
from sla.queries.stretches import Stretch
from sla.services import enforcing, reviewing
from tests import factories
from tests.sla.aside import aside, is_waiting
from tests.sla.test_reviews import WORDS, broken, lead, manager, reviewed, signed_in
from tickets.models import Ticket
from tickets.services.moving import move
from tickets.services.replying import reply

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def asked_and_answered() -> tuple[Breach, Actor]:
    """Four hours of promise, broken at 4:00; at 5:00 a question, at 7:00 the answer. It is ten hours ago."""
    contract = factories.ContractFactory.create()
    client, desk = factories.contact(customer=contract.customer), factories.operator()
    start = clock.now() - 10 * HOUR
    ticket = factories.ticket(client, priority=2, category="EM.VM", received_at=start)
    reply(actor=desk, ticket_id=ticket.pk, text="Hello!", at=start + SECOND)
    move(actor=desk, ticket_id=ticket.pk, transition="accept", at=start + 2 * SECOND)
    enforcing.tick(now=start + 4 * HOUR + SECOND)
    move(
        actor=desk, ticket_id=ticket.pk, transition="ask_customer", reason="info", message="Which server?",
        resume_at=clock.now() + timedelta(days=1), at=start + 5 * HOUR,
    )  # fmt: skip
    return Breach.objects.get(ticket=ticket, kind="RES"), desk


def over(breach: Breach, hours: float) -> timedelta:
    stored = Clock.objects.get(pk=breach.clock_id)
    return overrun.overrun(stored, breach.target, breach.ticket.received_at + hours * HOUR)


# -- how far over the target -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_overrun_grows_until_the_clock_stops_and_stands_still_while_it_is_paused():
    breach, desk = asked_and_answered()
    assert [over(breach, hours) for hours in (5, 6, 7)] == [HOUR] * 3
    start = breach.ticket.received_at
    move(
        actor=Actor.system(), ticket_id=breach.ticket_id, transition="customer_answered", at=start + 7 * HOUR
    )
    assert [over(breach, hours) for hours in (7, 7.5, 8)] == [HOUR, 1.5 * HOUR, 2 * HOUR]
    move(
        actor=desk, ticket_id=breach.ticket_id, transition="resolve", resolution_code="fixed",
        message="It works again.", waive="A one-off.", at=start + 8 * HOUR,
    )  # fmt: skip
    assert [over(breach, hours) for hours in (8, 9, 90)] == [2 * HOUR] * 3


@pytest.mark.django_db
def test_overrun_counts_working_time_only_and_what_a_merge_brought():
    friday = timezone.make_aware(timezone.datetime(2026, 11, 20, 17, 0))
    stored = Clock(
        elapsed=HOUR, running_since=friday, intervals=[[friday.isoformat(), None, "RUBH", 1800.0]],
    )  # fmt: skip
    factories.ticket()  # seeds the calendars
    saturday, monday = friday + timedelta(days=1), friday + timedelta(days=2, hours=17)
    assert overrun.used(stored, saturday) == 2.5 * HOUR
    assert overrun.used(stored, monday) == 3.5 * HOUR
    stored.intervals[0][2] = C247.key
    assert overrun.used(stored, saturday) == 25.5 * HOUR


# -- the drawing -----------------------------------------------------------------------------------------------------


def stood(*parts: tuple[float, str, int]) -> list[Stretch]:
    at, made = clock.now(), []
    for minutes, state, line in parts:
        made.append(Stretch(at, timedelta(minutes=minutes), state, line))
        at += made[-1].lasted
    return made


def test_lanes_lie_on_one_scale_with_the_deadline_marked():
    parts = stood((10, "new", 1), (30, "triage", 1), (10, "queued", 2), (50, "in_progress", 2))
    drawn = stretches.picture(parts, parts[0].since + timedelta(minutes=60))
    assert drawn is not None
    assert (drawn.mark, drawn.goes_on) == (600, False)
    assert [(lane.line, [(bar.x, bar.width) for bar in lane.bars]) for lane in drawn.lanes] == [
        (1, [(0, 100), (100, 300)]),
        (2, [(400, 100), (500, 500)]),
    ]
    assert [bar.stretch.part for lane in drawn.lanes for bar in lane.bars] == [
        "accept",
        "work",
        "accept",
        "work",
    ]


def test_what_came_after_the_deadline_takes_at_most_half_of_the_drawing():
    parts = stood((1, "new", 1), (0.5, "triage", 1), (5000, "in_progress", 1), (1, "resolved", 1))
    drawn = stretches.picture(parts, parts[0].since + timedelta(seconds=90))
    assert drawn is not None
    assert (drawn.mark, drawn.goes_on) == (500, True)
    assert all(bar.x >= 0 and bar.x + bar.width <= 1000 for lane in drawn.lanes for bar in lane.bars)


def test_drawing_of_nothing_is_nothing():
    assert stretches.picture([], clock.now()) is None
    parts = stood((1, "new", 1))
    assert stretches.picture(parts, parts[0].since) is None


def test_table_of_seconds_adds_up_over_lines():
    rows = stretches.spent(
        {"2": {"accept": 60, "work": 120.4, "pending": 0}, "1": {"accept": 30, "work": 0, "pending": 5}}
    )
    assert [(row.line, row.total.total_seconds()) for row in rows] == [(1, 35), (2, 180), (0, 215)]
    assert [row.line for row in stretches.spent({"1": {"accept": 1}})] == [1]


# -- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_page_tells_what_happened_where_the_time_went_and_who_was_there():
    contract = factories.ContractFactory.create()
    someone = Operator.objects.get(user_id=factories.operator().user_id)
    Operator.objects.filter(pk=someone.pk).update(on_shift=True)
    breach = broken(
        by=factories.operator(),
        asked_by=factories.contact(customer=contract.customer),
        subject="Slow shop",
        received_at=clock.now() - timedelta(minutes=10),
    )
    page = signed_in(lead()).get(reverse("sla:breach", args=[breach.pk])).content.decode()
    for words in (
        contract.number, someone.user.name, "accepted the ticket", "opened the ticket", "Slow shop",
        "the deadline has passed", "Over the target", "still running", 'class="lane--work"', "lane__deadline",
    ):  # fmt: skip
        assert words in page
    assert "style=" not in page
    assert page.count("<li class=") >= 5
    assert 'aria-current="step">not begun' in page


@pytest.mark.django_db
def test_warnings_show_which_came_late_and_which_were_overtaken():
    ticket = factories.ticket()
    enforcing.tick(now=ticket.received_at + 31 * SECOND)
    enforcing.tick(now=ticket.received_at + 300 * SECOND)
    shown = reviews.warnings(Breach.objects.get(ticket=ticket))
    assert [(one.code, one.is_late, one.overtaken, one.is_deadline) for one in shown] == [
        (30, False, False, False), (60, True, True, False), (75, True, True, False), (90, True, False, True),
    ]  # fmt: skip
    breach = Breach.objects.get(ticket=ticket)
    page = signed_in(lead()).get(reverse("sla:breach", args=[breach.pk])).content.decode()
    assert "late by 3:30" in page
    assert page.count("not announced: found with a later one") == 2


@pytest.mark.django_db
def test_causes_are_grouped_and_the_steps_show_how_far_the_review_is():
    breach, reviewer = broken(), lead()
    reviewing.begin(actor=reviewer, breach_id=breach.pk)
    page = signed_in(reviewer).get(reverse("sla:breach", args=[breach.pk])).content.decode()
    assert page.count("<optgroup") == 8
    assert '<optgroup label="C7 Process">' in page
    assert [step.standing for step in reviews.steps("analysis")] == ["done", "now", "ahead", "ahead", "ahead"]
    assert {step.standing for step in reviews.steps("closed")} == {"done"}


@pytest.mark.django_db
def test_excuse_says_what_it_changes_and_what_it_does_not():
    breach = broken()
    enforcing.tick(now=breach.breached_at + timedelta(days=8))
    boss = manager()
    page = reverse("sla:breach", args=[breach.pk])
    assert "1 other miss of this ticket is not excused" in signed_in(boss).get(page).content.decode()
    for missed in Breach.objects.filter(ticket=breach.ticket):
        reviewing.excuse(actor=boss, breach_id=missed.pk, ground="force", note="Flood")
    shown = signed_in(lead()).get(page).content.decode()
    assert "Under the contract the ticket counts as kept" in shown
    assert "Flood" in shown


@pytest.mark.django_db
@pytest.mark.parametrize("replies", [1, 40])
def test_page_costs_the_same_for_a_long_thread(replies, django_assert_max_num_queries):
    ticket, desk = factories.ticket(), factories.operator()
    enforcing.tick(now=ticket.received_at + 91 * SECOND)
    for _ in range(replies):
        reply(actor=desk, ticket_id=ticket.pk, text="We are on it.")
    client, breach = signed_in(lead()), Breach.objects.get(ticket=ticket)
    with django_assert_max_num_queries(16):
        client.get(reverse("sla:breach", args=[breach.pk]))


# -- the list --------------------------------------------------------------------------------------------------------


def found(**wanted: object) -> set[int]:
    return {breach.pk for breach in breaches.page(breaches.Wanted(**wanted)).rows}


@pytest.mark.django_db
def test_list_is_narrowed_by_clock_line_cause_category_and_reviewer():
    mail = broken(category="IR.HOW")
    disk = broken(category="EM.STOR")
    review = reviewed(disk, cause="C51")
    assert found(kind="FR") == {mail.pk, disk.pk}
    assert found(kind="RES") == set()
    assert found(line=2) == set()
    assert found(cause="C51") == {disk.pk}
    assert (found(category="EM"), found(category="EM.STOR"), found(category="EM.S")) == (
        {disk.pk},
        {disk.pk},
        set(),
    )
    assert found(reviewer=review.reviewer_id) == {disk.pk}
    assert found(month=timezone.localdate(clock.now()).replace(day=1)) == {mail.pk, disk.pk}


@pytest.mark.django_db
def test_list_is_narrowed_by_how_far_the_reviews_are():
    fresh, begun, done = broken(priority=1), broken(priority=1), broken(priority=1)
    reviewing.begin(actor=lead(), breach_id=begun.pk)
    reviewed(done)
    assert (found(review="none"), found(review="work"), found(review="done")) == (
        {fresh.pk},
        {begun.pk},
        {done.pk},
    )
    assert found(review="late") == set()
    with time_machine.travel(fresh.detected_at + timedelta(hours=24, seconds=1)):
        assert found(review="late") == {fresh.pk, begun.pk}


@pytest.mark.django_db
def test_older_rows_keep_the_filter(monkeypatch):
    monkeypatch.setattr(breaches, "PAGE", 2)
    rows = [broken() for _ in range(3)]
    client = signed_in(lead())
    page = client.get(reverse("sla:breaches"), {"kind": "FR", "review": "none"}).content.decode()
    assert f"kind=FR&amp;review=none&amp;before={rows[1].pk}" in page
    older = client.get(reverse("sla:breaches"), {"kind": "FR", "before": rows[1].pk}).content.decode()
    assert rows[0].ticket.number in older
    assert rows[2].ticket.number not in older


@pytest.mark.django_db
def test_filter_of_mine_and_a_month_work_through_the_page():
    breach = broken()
    review = reviewed(breach)
    reviewer = (
        signed_in(Actor.system()) if review.reviewer_id is None else signed_in(_actor(review.reviewer_id))
    )
    url = reverse("sla:breaches")
    month = f"{timezone.localdate():%Y-%m}"
    assert breach.ticket.number in reviewer.get(url, {"mine": "on", "month": month}).content.decode()
    page = signed_in(lead()).get(url, {"mine": "on"}).content.decode()
    assert breach.ticket.number not in page
    assert "No broken promise answers to this." in page


def _actor(user_id: int) -> Actor:
    from accounts.queries import operator_actor

    operator = Operator.objects.select_related("user").get(user_id=user_id)
    return operator_actor(operator, operator.user)


# -- locks: the ticket before the breach -----------------------------------------------------------------------------


def ready_to_verify() -> tuple[Breach, Actor]:
    breach, reviewer = broken(), lead()
    reviewing.begin(actor=reviewer, breach_id=breach.pk)
    reviewing.analyse(actor=reviewer, breach_id=breach.pk, cause="C14", preventable=True, **WORDS)
    return breach, reviewer


@pytest.mark.django_db(transaction=True)
def test_verification_and_a_late_event_do_not_wait_for_each_other_in_a_circle():
    breach, reviewer = ready_to_verify()
    with transaction.atomic():
        lock_one(Ticket.objects.all(), breach.ticket_id)
        thread, result = aside(
            lambda: reviewing.verify(actor=reviewer, breach_id=breach.pk, no_action_reason="A one-off.")
        )
        assert is_waiting(thread)
        # What a retraction does while it holds the ticket.
        Breach.objects.filter(pk=breach.pk).update(cause_hint="C14")
    thread.join(20)
    assert [type(one).__name__ for one in result] == ["BreachReview"]


@pytest.mark.django_db(transaction=True)
def test_breach_first_and_ticket_second_would_end_in_a_deadlock():
    """The control."""
    breach, _reviewer = ready_to_verify()

    def wrong_way_round() -> None:
        with transaction.atomic():
            lock_one(Breach.objects.all(), breach.pk)
            lock_one(Ticket.objects.all(), breach.ticket_id)

    errors: list[object] = []
    try:
        with transaction.atomic():
            lock_one(Ticket.objects.all(), breach.ticket_id)
            thread, errors = aside(wrong_way_round)
            is_waiting(thread)
            Breach.objects.filter(pk=breach.pk).update(cause_hint="C14")
    except OperationalError as error:
        errors.append(error)
    thread.join(20)
    assert any("deadlock" in str(error) for error in errors)
