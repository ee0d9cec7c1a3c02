from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import Actor
from accounts.models import Operator, User
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from sla.models import Breach, BreachReview, MonthClosing
from sla.queries import attainment, breaches, months, reviews
from sla.services import closing, enforcing, reviewing
from tests import factories
from tickets.services.moving import move

pytestmark = pytest.mark.django_db
WORDS = {"prevented_by": "Nobody watched the queue.", "next_time": "The alarm rings for two."}


def broken(by: Actor | None = None, asked_by: Actor | None = None, **values: object) -> Breach:
    """A first response that nobody gave; `by` had accepted the ticket."""
    ticket = factories.ticket(asked_by, **values)
    if by:
        move(actor=by, ticket_id=ticket.pk, transition="accept")
    enforcing.tick(now=ticket.received_at + timedelta(seconds=91))
    return Breach.objects.get(ticket=ticket, kind="FR")


def lead() -> Actor:
    return factories.operator(is_shift_lead=True)


def manager() -> Actor:
    return factories.operator(is_service_manager=True)


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def reviewed(breach: Breach, cause: str = "C14") -> BreachReview:
    reviewer = lead()
    reviewing.begin(actor=reviewer, breach_id=breach.pk)
    reviewing.analyse(actor=reviewer, breach_id=breach.pk, cause=cause, preventable=True, **WORDS)
    return reviewing.verify(actor=reviewer, breach_id=breach.pk, no_action_reason="A one-off.")


def test_review_goes_from_analysis_to_actions_to_verified_to_closed():
    breach, reviewer = broken(), lead()
    owner = Operator.objects.get(user_id=reviewer.user_id)
    assert reviews.state_of(breach) == "open"
    begun = reviewing.begin(actor=reviewer, breach_id=breach.pk)
    assert begun.state == "analysis"
    own = {"actor": reviewer, "breach_id": breach.pk}
    assert reviewing.analyse(**own, cause="C14", preventable=True, **WORDS).state == "actions"
    today = clock.now().date()
    action = reviewing.plan(
        **own, kind="training", what="Drill", owner=owner, due_on=today, verify_on=today + timedelta(days=7)
    )
    with pytest.raises(Invalid):
        reviewing.verify(**own)
    reviewing.judge(**own, action_id=action.pk, effect="Nobody missed an alarm since.")
    assert reviewing.verify(**own).state == "verified"
    with pytest.raises(NotAllowed):
        reviewing.close(**own)
    assert reviewing.close(actor=lead(), breach_id=breach.pk).state == "closed"


def test_whoever_had_the_ticket_does_not_review_its_breach():
    culprit = lead()
    breach = broken(by=culprit)
    with pytest.raises(NotAllowed):
        reviewing.begin(actor=culprit, breach_id=breach.pk)
    with pytest.raises(NotAllowed):
        reviewing.begin(actor=factories.operator(), breach_id=breach.pk)
    assert reviewing.begin(actor=lead(), breach_id=breach.pk).breach_id == breach.pk


def test_only_the_first_takes_a_review_and_only_the_reviewer_writes_it():
    breach, reviewer = broken(), lead()
    reviewing.begin(actor=reviewer, breach_id=breach.pk)
    with pytest.raises(Conflict):
        reviewing.begin(actor=lead(), breach_id=breach.pk)
    with pytest.raises(NotAllowed):
        reviewing.analyse(actor=lead(), breach_id=breach.pk, cause="C14", preventable=True, **WORDS)
    with pytest.raises(Conflict):
        reviewing.verify(actor=reviewer, breach_id=breach.pk, no_action_reason="Too early.")


def test_review_without_an_action_needs_a_reason():
    breach, reviewer = broken(), lead()
    reviewing.begin(actor=reviewer, breach_id=breach.pk)
    reviewing.analyse(actor=reviewer, breach_id=breach.pk, cause="C14", preventable=False, **WORDS)
    with pytest.raises(Invalid):
        reviewing.verify(actor=reviewer, breach_id=breach.pk)


def test_database_refuses_a_review_that_goes_on_without_an_analysis():
    breach = broken()
    review = reviewing.begin(actor=lead(), breach_id=breach.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        BreachReview.objects.filter(pk=review.pk).update(state="verified")


def test_review_is_due_in_a_day_if_critical_and_in_two_office_days_otherwise():
    critical, ordinary = broken(priority=1), broken(priority=3)
    assert reviews.due_at(critical) == critical.detected_at + timedelta(hours=24)
    assert reviews.due_at(ordinary) - ordinary.detected_at > timedelta(hours=24)


def test_timeline_tells_the_seconds_per_state_and_line_up_to_the_breach():
    desk, start = factories.operator(), clock.now()
    ticket = factories.ticket(received_at=start)
    move(actor=desk, ticket_id=ticket.pk, transition="accept", at=start + timedelta(seconds=40))
    enforcing.tick(now=start + timedelta(seconds=91))
    stretches = reviews.timeline(Breach.objects.get(ticket=ticket, kind="FR"))
    assert [(one.state, one.line, one.lasted.total_seconds()) for one in stretches] == [
        ("new", 1, 40.0), ("triage", 1, 50.0),
    ]  # fmt: skip


def test_excuse_changes_what_counts_under_the_contract_and_never_what_happened():
    breach = broken()
    since, until = breach.breached_at - timedelta(hours=1), breach.breached_at + timedelta(days=9)
    enforcing.tick(now=breach.breached_at + timedelta(days=8))
    before = attainment.budget(since=since, until=until)
    with pytest.raises(NotAllowed):
        reviewing.excuse(actor=lead(), breach_id=breach.pk, ground="force", note="Flood")
    for missed in Breach.objects.filter(ticket=breach.ticket, kind__in=("FR", "RES")):
        reviewing.excuse(actor=manager(), breach_id=missed.pk, ground="force", note="Flood")
    after = attainment.budget(since=since, until=until)
    assert (before.judged, before.missed, before.excused) == (1, 1, 0)
    assert (after.judged, after.missed, after.excused) == (1, 1, 1)
    assert (after.attainment, after.contractual) == (0.0, 1.0)


def test_month_closes_once_it_is_over_and_every_breach_of_it_reviewed():
    breach, boss = broken(), manager()
    month = clock.now().date().replace(day=1)
    with pytest.raises(Conflict):
        closing.close_month(actor=boss, month=month)
    with time_machine.travel(months.end_of(month) + timedelta(hours=1)):
        with pytest.raises(Conflict):
            closing.close_month(actor=boss, month=month)
        with pytest.raises(NotAllowed):
            closing.close_month(actor=lead(), month=month)
        reviewed(breach)
        assert months.unreviewed(month).count() == 0
        assert closing.close_month(actor=boss, month=month).month == month
        with pytest.raises(Conflict):
            closing.close_month(actor=boss, month=month)


def test_same_cause_three_times_for_one_service_asks_for_a_problem_record():
    service = factories.ServiceFactory.create()
    client = factories.contact(customer=service.customer)
    for _ in range(3):
        assert breaches.recurring() == []
        reviewed(broken(asked_by=client, service=service), cause="C41")
    reviewed(broken(asked_by=client, service=service), cause="C14")
    (again,) = breaches.recurring()
    assert (again.service, again.cause, again.times) == (service.name, "C41", 3)


def test_page_leads_the_reviewer_through_the_steps():
    breach, reviewer = broken(), lead()
    client, page = signed_in(reviewer), reverse("sla:breach", args=[breach.pk])
    assert page in client.get(reverse("sla:breaches")).content.decode()
    assert "Take up the review" in client.get(page).content.decode()
    step = lambda name: reverse("sla:review_step", args=[breach.pk, name])  # noqa: E731
    assert client.post(step("begin")).status_code == 302
    missing = client.post(step("analyse"), {"cause": "C14"})
    assert (missing.status_code, BreachReview.objects.get().cause) == (422, "")
    client.post(step("analyse"), {"cause": "C14", "preventable": "no", **WORDS})
    assert BreachReview.objects.get().preventable is False
    assert "Corrective action" in client.get(page).content.decode()
    assert client.post(step("verify"), {"no_action_reason": "A one-off."}).status_code == 302
    assert "Close the review" in signed_in(lead()).get(page).content.decode()
    assert client.post(step("dance")).status_code == 404
    assert signed_in(factories.operator()).get(page).status_code == 404


def test_months_page_closes_a_month_for_the_service_manager():
    month = (clock.now().date().replace(day=1) - timedelta(days=1)).replace(day=1)
    boss = signed_in(manager())
    assert f'value="{month.isoformat()}"' in boss.get(reverse("sla:months")).content.decode()
    assert boss.post(reverse("sla:close_month"), {"month": month.isoformat()}).status_code == 302
    assert MonthClosing.objects.get().month == month
    assert boss.post(reverse("sla:close_month"), {"month": "x"}).status_code == 400
    assert month.isoformat() not in signed_in(lead()).get(reverse("sla:months")).content.decode()


def test_first_of_the_month_is_what_a_closing_names():
    with pytest.raises(IntegrityError), transaction.atomic():
        MonthClosing.objects.create(month=date(2026, 10, 2), by_id=lead().user_id, at=clock.now())
