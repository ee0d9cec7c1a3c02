from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Contact, User
from common import clock
from sla.models import Breach
from sla.queries import attainment
from sla.services import enforcing
from tests import factories
from tickets.services.moving import move
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db


def signed_in(actor) -> Client:
    client = Client()
    user = User.objects.filter(pk=actor.user_id).first() or Contact.objects.get(pk=actor.contact_id).user
    client.force_login(user)
    return client


def clocks(client: Client, ticket, language: str = "en"):
    return client.get(reverse("sla:clocks", args=[ticket.pk]), headers={"accept-language": language})


def test_panel_shows_each_clock_with_its_countdown_and_why():
    ticket, desk = factories.ticket(), factories.operator()
    page = clocks(signed_in(desk), ticket).content.decode()
    due = int((ticket.received_at + timedelta(seconds=90)).timestamp() * 1000)
    assert f'data-due="{due}" data-amber="60" data-red="30" data-kind="FR" data-state="running"' in page
    assert "First response" in page
    assert "Started: 1:30 of working time, calendar “24×7”, policy “Business, Premium, Basic”." in page


def test_panel_tells_what_stopped_and_what_paused_a_clock():
    ticket, desk = factories.ticket(), factories.operator()
    reply(actor=desk, ticket_id=ticket.pk, text="Good morning.")
    move(actor=desk, ticket_id=ticket.pk, transition="accept")
    move(
        actor=desk, ticket_id=ticket.pk, transition="ask_customer", reason="info", message="Which server is it?",
        resume_at=clock.now() + timedelta(days=1),
    )  # fmt: skip
    page = clocks(signed_in(desk), ticket).content.decode()
    assert 'data-kind="FR" data-state="met"' in page
    assert 'data-kind="RES" data-state="paused"' in page
    assert "Stopped by a person&#x27;s reply." in page
    assert "Paused: waiting for the customer." in page


@pytest.mark.parametrize("replies", [1, 30])
def test_panel_costs_the_same_for_a_long_thread(replies, django_assert_max_num_queries):
    ticket, desk = factories.ticket(), factories.operator()
    for _ in range(replies):
        reply(actor=desk, ticket_id=ticket.pk, text="We are on it.")
    client = signed_in(desk)
    with django_assert_max_num_queries(13):
        clocks(client, ticket)


def test_panel_is_for_operators():
    actor = factories.contact()
    ticket = factories.ticket(actor)
    assert clocks(signed_in(actor), ticket).status_code == 404
    assert clocks(Client(), ticket).status_code == 302
    assert signed_in(factories.operator()).get(reverse("sla:clocks", args=[0])).status_code == 404
    assert signed_in(factories.operator()).post(reverse("sla:clocks", args=[ticket.pk])).status_code == 405


def test_breaches_are_listed_newest_first_for_those_who_lead():
    first, second = factories.ticket(), factories.ticket()
    enforcing.tick(now=first.received_at + timedelta(minutes=2))
    page = signed_in(factories.operator(is_shift_lead=True)).get(reverse("sla:breaches")).content.decode()
    assert page.index(second.number) < page.index(first.number)
    assert signed_in(factories.operator()).get(reverse("sla:breaches")).status_code == 404


def test_breaches_can_be_narrowed_and_a_wrong_filter_shows_all():
    ticket = factories.ticket()
    enforcing.tick(now=ticket.received_at + timedelta(minutes=2))
    client = signed_in(factories.operator(is_service_manager=True))
    url = reverse("sla:breaches")
    assert ticket.number in client.get(url, {"kind": "FR", "line": "1"}).content.decode()
    assert ticket.number not in client.get(url, {"kind": "RES"}).content.decode()
    assert ticket.number in client.get(url, {"kind": "nonsense", "before": "x"}).content.decode()


@pytest.mark.parametrize("number", [1, 12])
def test_breach_list_costs_the_same_for_many_rows(number, django_assert_max_num_queries):
    tickets = [factories.ticket() for _ in range(number)]
    enforcing.tick(now=tickets[0].received_at + timedelta(minutes=2))
    assert Breach.objects.count() == number
    client = signed_in(factories.operator(is_shift_lead=True))
    with django_assert_max_num_queries(15):
        client.get(reverse("sla:breaches"))


# -- figures -------------------------------------------------------------------------------------------------------


def resolved(seconds: int, answered: int):
    """A ticket answered and resolved after so many seconds of a critical promise of 60 minutes (business)."""
    contract = factories.ContractFactory.create()
    desk = factories.operator()
    start = clock.now() - timedelta(hours=5)
    ticket = factories.ticket(factories.contact(customer=contract.customer), priority=1, received_at=start)
    reply(actor=desk, ticket_id=ticket.pk, text="On it.", at=start + timedelta(seconds=answered))
    move(actor=desk, ticket_id=ticket.pk, transition="accept", at=start + timedelta(seconds=answered + 1))
    from tickets.services.moving import BypassRequest

    move(
        actor=desk, ticket_id=ticket.pk, transition="resolve", resolution_code="fixed", message="It runs again.",
        waive="A one-off.", at=start + timedelta(seconds=seconds), bypass=BypassRequest(why="only the clock matters"),
    )  # fmt: skip
    return ticket


def test_budget_counts_a_ticket_as_missed_when_either_promise_broke():
    resolved(600, answered=30)
    resolved(600, answered=120)
    resolved(4000, answered=30)
    since = clock.now() - timedelta(days=1)
    found = attainment.budget(since=since, until=clock.now())
    assert (found.judged, found.missed, found.allowed, found.left) == (3, 2, 0, -2)
    assert found.attainment == pytest.approx(1 / 3)
    assert attainment.clocks(since=since, until=clock.now())["FR"] == (2, 3)


def test_open_ticket_counts_from_the_moment_it_is_late():
    contract = factories.ContractFactory.create()
    start = clock.now() - timedelta(hours=3)
    factories.ticket(factories.contact(customer=contract.customer), priority=1, received_at=start)
    enforcing.tick()
    assert attainment.budget(since=start, until=clock.now()).missed == 1


def test_first_responses_report_percentiles_and_the_share_within_ninety_seconds():
    for answered in (20, 40, 60, 200):
        resolved(600, answered=answered)
    found = attainment.first_responses(since=clock.now() - timedelta(days=1), until=clock.now())
    assert (found.count, found.p50, found.share) == (4, 50.0, 0.75)
    assert found.p95 == pytest.approx(179.0)


def test_allowance_of_1200_tickets_is_sixty_misses():
    assert attainment.Budget(judged=1200, missed=0, since=clock.now()).allowed == 60


def test_empty_month_has_no_attainment():
    found = attainment.budget()
    assert (found.judged, found.attainment, found.left) == (0, None, 0)
