"""The third breach of a service for one cause within thirty days proposes a problem record."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.enums import Actor
from assets.models import Service
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from sla.models import Breach, ProblemProposal
from sla.queries import proposals
from sla.services import proposing, reviewing
from tests import factories
from tests.sla.test_reviews import WORDS, broken, lead, reviewed, signed_in
from tickets.models import Ticket


@pytest.fixture
def service() -> Service:
    return factories.ServiceFactory.create()


@pytest.fixture
def breaches(service: Service) -> Iterator[Breach]:
    """Ever new breaches of the service."""
    client = factories.contact(customer=service.customer)
    return (broken(asked_by=client, service=service) for _ in range(9))


def found(breaches: Iterator[Breach], cause: str = "C41", times: int = 3) -> None:
    for _ in range(times):
        reviewed(next(breaches), cause=cause)


@pytest.mark.django_db
def test_same_cause_three_times_for_one_service_proposes_a_problem_record_once(service, breaches):
    found(breaches, times=2)
    found(breaches, cause="C14")
    assert [row.cause for row in ProblemProposal.objects.all()] == ["C14"]
    found(breaches, times=2)
    (of_knowledge,) = ProblemProposal.objects.filter(cause="C41")
    assert (of_knowledge.service, of_knowledge.state) == (service, "open")
    assert proposals.breaches(service.pk, "C41").count() == 4


@pytest.mark.django_db
def test_other_services_and_breaches_of_long_ago_do_not_count(service, breaches):
    found(breaches, times=2)
    reviewed(broken(), cause="C41")
    other = factories.ServiceFactory.create()
    reviewed(broken(asked_by=factories.contact(customer=other.customer), service=other), cause="C41")
    assert not ProblemProposal.objects.exists()
    with time_machine.travel(clock.now() + timedelta(days=31)):
        found(breaches, times=2)
        assert not ProblemProposal.objects.exists()
        found(breaches, times=1)
        assert ProblemProposal.objects.count() == 1


@pytest.mark.django_db
def test_accepted_proposal_becomes_an_internal_ticket_that_names_the_breaches(service, breaches):
    found(breaches)
    actor = lead()
    done = proposing.accept(actor=actor, proposal_id=ProblemProposal.objects.get().pk)
    ticket = done.ticket
    assert ticket is not None
    assert (done.state, done.decided_by_id) == ("accepted", actor.user_id)
    assert (ticket.category.code, ticket.customer, ticket.contact) == ("XX.INT", None, None)
    assert "no instruction" in ticket.subject
    assert str(service) in ticket.subject
    (body,) = ticket.messages.all()
    assert body.visibility == "internal"
    for breach in proposals.breaches(service.pk, "C41"):
        assert breach.ticket.number in body.text
        assert reverse("sla:breach", args=[breach.pk]) in body.text
    # The desk's own ticket promises nothing, so that it cannot break a promise.
    assert not ticket.clocks.filter(kind__in=("FR", "RES", "NR"), target__isnull=False).exists()


@pytest.mark.django_db
def test_nothing_is_proposed_while_the_problem_record_is_worked_on(breaches):
    found(breaches)
    proposing.accept(actor=lead(), proposal_id=ProblemProposal.objects.get().pk)
    found(breaches, times=2)
    assert ProblemProposal.objects.count() == 1
    assert [one.times for one in proposals.shown()] == [5]


@pytest.mark.django_db
def test_dismissed_proposal_comes_back_only_after_a_new_breach(service, breaches):
    waiting = next(breaches)
    found(breaches)
    with pytest.raises(Invalid):
        proposing.dismiss(actor=lead(), proposal_id=ProblemProposal.objects.get().pk, note=" ")
    # Breaches of these tests are noticed a minute and a half ahead of the clock.
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        proposing.dismiss(actor=lead(), proposal_id=ProblemProposal.objects.get().pk, note="Known.")
        reviewed(waiting, cause="C41")
        assert not ProblemProposal.objects.filter(state="open").exists()
        found(breaches, times=1)
        assert ProblemProposal.objects.filter(state="open").count() == 1


@pytest.mark.django_db
def test_proposal_is_decided_once_and_by_those_who_lead(breaches):
    found(breaches)
    pk = ProblemProposal.objects.get().pk
    for actor in (factories.operator(), Actor.system()):
        with pytest.raises(NotAllowed):
            proposing.accept(actor=actor, proposal_id=pk)
    proposing.accept(actor=lead(), proposal_id=pk)
    with pytest.raises(Conflict):
        proposing.dismiss(actor=lead(), proposal_id=pk, note="Too late.")


@pytest.mark.django_db
def test_list_of_breaches_shows_the_proposal_and_takes_the_decision(service, breaches):
    found(breaches)
    proposal, client = ProblemProposal.objects.get(), signed_in(lead())
    accept, dismiss, dance = (
        reverse("sla:decide_proposal", args=[proposal.pk, decision])
        for decision in ("accept", "dismiss", "dance")
    )
    page = client.get(reverse("sla:breaches")).content.decode()
    assert accept in page
    assert "3 times in 30 days" in page
    assert client.post(dance).status_code == 404
    assert client.post(dismiss, {"note": ""}).status_code == 400
    assert signed_in(factories.operator()).post(accept).status_code == 404
    assert client.get(accept).status_code == 405
    assert client.post(accept).status_code == 302
    proposal.refresh_from_db()
    page = client.get(reverse("sla:breaches")).content.decode()
    assert accept not in page
    assert proposal.ticket.number in page


@pytest.mark.django_db
def test_second_open_proposal_for_the_same_is_refused_by_the_database(service, breaches):
    found(breaches)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProblemProposal.objects.create(service=service, cause="C41", proposed_at=clock.now())


# -- two analyses at the same time ---------------------------------------------------------------------------------


def both(work) -> None:
    """Run `work(index)` in two threads that start together, each with a connection of its own."""
    barrier = threading.Barrier(2, timeout=20)

    def run(index: int) -> None:
        try:
            barrier.wait()
            work(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [1, 2])
def test_two_analyses_at_once_propose_exactly_once(service, breaches, known):
    """With one known breach neither of the two sees three unless it waits for the other."""
    found(breaches, times=known)
    waiting = [(next(breaches), lead()) for _ in range(2)]
    for breach, reviewer in waiting:
        reviewing.begin(actor=reviewer, breach_id=breach.pk)

    def analyse(index: int) -> None:
        breach, reviewer = waiting[index]
        reviewing.analyse(actor=reviewer, breach_id=breach.pk, cause="C41", preventable=True, **WORDS)

    both(analyse)
    assert ProblemProposal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_waiting_two_analyses_each_miss_the_other(service, breaches):
    """The control: both count before either has committed."""
    found(breaches, times=1)
    waiting = [next(breaches) for _ in range(2)]
    barrier, counts = threading.Barrier(2, timeout=20), []

    def analyse(index: int) -> None:
        with transaction.atomic():
            review = reviewing.begin(actor=lead(), breach_id=waiting[index].pk)
            review.cause = "C41"
            review.save(update_fields=["cause"])
            barrier.wait()
            counts.append(proposals.breaches(service.pk, "C41").count())
            barrier.wait()

    both(analyse)
    assert counts == [2, 2]


@pytest.mark.django_db(transaction=True)
def test_two_leaders_who_accept_at_once_open_one_problem_record(breaches):
    found(breaches)
    pk, before, refused = ProblemProposal.objects.get().pk, Ticket.objects.count(), []

    def accept(index: int) -> None:
        try:
            proposing.accept(actor=lead(), proposal_id=pk)
        except Conflict:
            refused.append(index)

    both(accept)
    assert (len(refused), Ticket.objects.count()) == (1, before + 1)
