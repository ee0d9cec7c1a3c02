from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Actor
from accounts.models import Operator, User
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from sla.models import Breach, BreachReview, Clock, CorrectiveAction, MonthClosing
from sla.queries import attainment, breaches, months, reviews
from sla.services import closing, enforcing, rebuilding, reviewing
from tests import factories
from tickets.enums import EventType
from tickets.models import Ticket, TicketEvent
from tickets.services.moving import move
from tickets.services.replying import reply

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
    today = timezone.localdate(clock.now())
    action = reviewing.plan(
        **own, kind="training", what="Drill", owner=owner, due_on=today, verify_on=today + timedelta(days=7)
    )
    assert begun.pk == action.review.pk
    with pytest.raises(Invalid):
        reviewing.verify(**own)
    reviewing.judge(**own, action_id=action.pk, effect="Nobody missed an alarm since.")
    assert reviewing.verify(**own).state == "verified"
    with pytest.raises(NotAllowed):
        reviewing.close(**own)
    assert reviewing.close(actor=lead(), breach_id=breach.pk).state == "closed"


def test_review_is_complete_with_its_first_action_and_need_not_wait_for_the_effect():
    """Its deadline is about what is learned; whether an action worked is seen days later."""
    breach, reviewer = broken(), lead()
    own = {"actor": reviewer, "breach_id": breach.pk}
    reviewing.begin(**own)
    reviewing.analyse(**own, cause="C14", preventable=True, **WORDS)
    owed = Clock.objects.get(ticket_id=breach.ticket_id, kind="BR", about=breach.clock.subject)
    assert owed.stopped_at is None
    today, owner = timezone.localdate(clock.now()), Operator.objects.get(user_id=reviewer.user_id)
    for what in ("Drill", "Louder bell"):
        reviewing.plan(
            **own, kind="training", what=what, owner=owner, due_on=today, verify_on=today + timedelta(days=30)
        )
    review = BreachReview.objects.get(breach=breach)
    owed.refresh_from_db()
    assert (review.state, owed.stopped_at, owed.verdict) == ("actions", review.reviewed_at, "met")
    assert TicketEvent.objects.filter(ticket_id=breach.ticket_id, type=EventType.REVIEWED).count() == 1
    assert rebuilding.drifts(Ticket.objects.get(pk=breach.ticket_id)) == []


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


def test_refused_action_comes_back_with_its_form_and_the_reason_at_the_field():
    breach, reviewer = broken(), lead()
    reviewing.begin(actor=reviewer, breach_id=breach.pk)
    reviewing.analyse(actor=reviewer, breach_id=breach.pk, cause="C14", preventable=True, **WORDS)
    owner = Operator.objects.get(user_id=reviewer.user_id)
    typed = {"kind": "training", "what": "Drill with the night shift", "owner": owner.pk, "due_on": "2020-01-01",
             "verify_on": "2020-01-02"}  # fmt: skip
    answer = signed_in(reviewer).post(reverse("sla:review_step", args=[breach.pk, "plan"]), typed)
    assert answer.status_code == 422
    assert "This day is over" in answer.content.decode()
    assert "Drill with the night shift" in answer.content.decode()


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
    month = timezone.localdate(clock.now()).replace(day=1)
    with pytest.raises(Conflict):
        closing.close_month(actor=boss, month=month)
    with time_machine.travel(months.end_of(month) + timedelta(hours=1)):
        enforcing.tick(now=clock.now())
        for late in Breach.objects.exclude(pk=breach.pk):
            reviewed(late)
        with pytest.raises(Conflict):
            closing.close_month(actor=boss, month=month)
        with pytest.raises(NotAllowed):
            closing.close_month(actor=lead(), month=month)
        reviewed(breach)
        assert months.unreviewed(month).count() == 0
        assert closing.close_month(actor=boss, month=month).month == month
        with pytest.raises(Conflict):
            closing.close_month(actor=boss, month=month)


def test_verified_review_stops_its_clock_and_a_replay_knows_why():
    breach = broken()
    reviewed(breach)
    owed = Clock.objects.get(ticket=breach.ticket, kind="BR")
    assert (owed.verdict, owed.about) == ("met", "FR:1:0")
    event = TicketEvent.objects.get(ticket=breach.ticket, type=EventType.REVIEWED)
    assert (event.payload["clock"], event.payload["cycle"], event.payload["clock_line"]) == ("FR", 1, 0)
    assert event.payload["cause"] == "C14"
    assert rebuilding.drifts(Ticket.objects.get(pk=breach.ticket_id)) == []


def test_two_breaches_of_a_ticket_have_clocks_of_their_own():
    ticket = factories.ticket()
    enforcing.tick(now=ticket.received_at + timedelta(days=30))
    first, second = (Breach.objects.get(ticket=ticket, kind=kind) for kind in ("FR", "RES"))
    with time_machine.travel(ticket.received_at + timedelta(days=30, hours=1)):
        reviewed(second)
    owed = dict(Clock.objects.filter(ticket=ticket, kind="BR").values_list("about", "stopped_at"))
    assert owed[first.clock.subject] is None
    assert owed[second.clock.subject] is not None
    assert rebuilding.drifts(Ticket.objects.get(pk=ticket.pk)) == []


def test_review_of_a_breach_that_a_late_event_disproved_is_neither_owed_nor_possible():
    ticket, desk = factories.ticket(), factories.operator()
    enforcing.tick(now=ticket.received_at + timedelta(seconds=91))
    breach, reviewer = Breach.objects.get(ticket=ticket), lead()
    reviewing.begin(actor=reviewer, breach_id=breach.pk)
    reply(actor=desk, ticket_id=ticket.pk, text="Hello!", at=ticket.received_at + timedelta(seconds=30))
    breach.refresh_from_db()
    assert breach.retracted_at is not None
    assert Clock.objects.get(ticket=ticket, kind="BR").verdict == "cancelled"
    assert reviews.due_at(breach) is None
    with pytest.raises(Conflict):
        reviewing.analyse(actor=reviewer, breach_id=breach.pk, cause="C14", preventable=True, **WORDS)
    with pytest.raises(Conflict):
        reviewing.excuse(actor=manager(), breach_id=breach.pk, ground="clock", note="It was kept.")
    page = signed_in(reviewer).get(reverse("sla:breach", args=[breach.pk])).content.decode()
    assert "there is nothing to review" in page
    assert "Take up the review" not in page


def test_promise_that_breaks_after_an_undone_merge_has_disproved_its_breach_is_recorded_anew():
    """A merge brings four hours of another ticket; taken out again, they are gone until the hours really pass."""
    contract = factories.ContractFactory.create()
    client = factories.contact(customer=contract.customer)
    now, boss = clock.now(), factories.operator(is_shift_lead=True)
    source, survivor = (
        factories.ticket(client, priority=2, received_at=now - timedelta(hours=hours)) for hours in (5, 1)
    )
    for ticket in (source, survivor):
        reply(actor=boss, ticket_id=ticket.pk, text="Hello!", at=ticket.received_at + timedelta(seconds=9))
    move(actor=boss, ticket_id=source.pk, transition="merge", target=survivor.number, leak_checked=True)
    with time_machine.travel(now + timedelta(minutes=2)):
        enforcing.tick(now=clock.now())
        assert Breach.objects.get(ticket=survivor, kind="RES").retracted_at is None
        move(actor=boss, ticket_id=source.pk, transition="unmerge")
        assert Breach.objects.get(ticket=survivor, kind="RES").retracted_at is not None
    due = survivor.received_at + timedelta(hours=4)
    with time_machine.travel(due + timedelta(seconds=2)):
        enforcing.tick(now=clock.now())
        breach = Breach.objects.get(ticket=survivor, kind="RES")
        assert (breach.breached_at, breach.retracted_at) == (due, None)
        assert breach.clock.verdict == "missed"
        assert reviews.due_at(breach) is not None
        assert rebuilding.drifts(Ticket.objects.get(pk=survivor.pk)) == []


def test_review_is_overdue_when_its_clock_has_run_out():
    breach = broken(priority=1)
    client = signed_in(lead())
    urls = [reverse("sla:breaches"), reverse("sla:breach", args=[breach.pk])]
    assert not any("overdue</span>" in client.get(url).content.decode() for url in urls)
    with time_machine.travel(breach.detected_at + timedelta(hours=24, seconds=1)):
        client = signed_in(lead())
        assert all("overdue</span>" in client.get(url).content.decode() for url in urls)
        reviewed(breach)
        assert not any("overdue</span>" in client.get(url).content.decode() for url in urls)


def test_owner_finds_an_action_and_says_that_it_is_done():
    breach, reviewer, owner = broken(), lead(), factories.operator(line=2)
    own = {"actor": reviewer, "breach_id": breach.pk}
    reviewing.begin(**own)
    reviewing.analyse(**own, cause="C14", preventable=True, **WORDS)
    today = timezone.localdate()
    action = reviewing.plan(
        **own, kind="article", what="Write it down", owner=Operator.objects.get(user_id=owner.user_id),
        due_on=today, verify_on=today + timedelta(days=7),
    )  # fmt: skip
    CorrectiveAction.objects.filter(pk=action.pk).update(due_on=today - timedelta(days=1))
    page = signed_in(owner).get(reverse("sla:actions")).content.decode()
    assert "Write it down" in page
    assert "overdue" in page
    assert reverse("sla:breach", args=[breach.pk]) not in page
    assert "Write it down" not in signed_in(factories.operator()).get(reverse("sla:actions")).content.decode()
    done = reverse("sla:action_done", args=[action.pk])
    assert signed_in(factories.operator()).post(done).status_code == 404
    assert breaches.diligence().overdue == 1
    assert signed_in(owner).post(done).status_code == 302
    assert signed_in(owner).post(done).status_code == 409
    assert breaches.diligence().overdue == 0
    assert (
        "Write it down" in signed_in(reviewer).get(reverse("sla:actions"), {"whose": "all"}).content.decode()
    )


def test_figures_above_the_list_count_reviews_in_time_and_causes_that_came_back():
    service = factories.ServiceFactory.create()
    client = factories.contact(customer=service.customer)
    for cause in ("C41", "C41", "C14"):
        reviewed(broken(asked_by=client, service=service), cause=cause)
    open_one = broken(priority=1)
    with time_machine.travel(open_one.detected_at + timedelta(hours=25)):
        enforcing.tick(now=clock.now())
        found = breaches.diligence()
    assert (found.on_time, found.due) == (3, 4)
    assert (found.again, found.causes) == (1, 3)


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
    month = (timezone.localdate(clock.now()).replace(day=1) - timedelta(days=1)).replace(day=1)
    boss = signed_in(manager())
    assert f'value="{month.isoformat()}"' in boss.get(reverse("sla:months")).content.decode()
    assert boss.post(reverse("sla:close_month"), {"month": month.isoformat()}).status_code == 302
    assert MonthClosing.objects.get().month == month
    assert boss.post(reverse("sla:close_month"), {"month": "x"}).status_code == 400
    assert month.isoformat() not in signed_in(lead()).get(reverse("sla:months")).content.decode()


def test_first_of_the_month_is_what_a_closing_names():
    with pytest.raises(IntegrityError), transaction.atomic():
        MonthClosing.objects.create(month=date(2026, 10, 2), by_id=lead().user_id, at=clock.now())
