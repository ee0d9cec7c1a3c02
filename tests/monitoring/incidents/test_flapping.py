"""A trigger that comes and goes: one ticket, no note for each flap, an end when it has settled."""

import pytest

from monitoring.models import Flap, Problem
from tests import factories
from tests.monitoring.incidents.timeline import Timeline, incident
from tickets.enums import State
from tickets.models import Ticket
from tickets.services.moving import move

pytestmark = pytest.mark.django_db


def flap(story: Timeline, times: int, host: str = "beta", start: float = 0, every: float = 60) -> float:
    """Up and down, each time a new event of the same trigger."""
    at = start
    for _time in range(times):
        at += every
        story.alarm(at, host)
        at += every
        story.back(at, host)
        del story.events[host, "unreachable"]
    return at


def test_fourth_time_in_half_an_hour_is_one_ticket_and_stays_open(story: Timeline) -> None:
    at = flap(story, 3)
    assert not Flap.objects.exists()
    tickets = Ticket.objects.count()
    at = flap(story, 3, start=at)
    assert Ticket.objects.count() == tickets
    ticket = Flap.objects.get().ticket
    assert ticket is not None
    assert Ticket.objects.get(pk=ticket.pk).is_open
    assert Flap.objects.get().count == 6


def test_flaps_are_summed_up_and_not_noted_one_by_one(story: Timeline) -> None:
    at = flap(story, 4)
    ticket = Flap.objects.get().ticket
    assert ticket is not None
    before = ticket.messages.count()
    at = flap(story, 6, start=at)
    assert ticket.messages.count() == before
    story.pass_until(at + 1500)
    digest = ticket.messages.order_by("-pk").first()
    assert digest is not None
    assert "6 more times" in digest.text


def test_settled_trigger_ends_its_ticket_and_the_next_time_is_a_new_story(story: Timeline) -> None:
    at = flap(story, 4)
    story.pass_until(at + 3700)
    found = Flap.objects.get()
    assert not found.is_live
    assert found.ticket is not None
    assert Ticket.objects.get(pk=found.ticket_id).state == State.RESOLVED


def test_flapping_member_keeps_its_incident_open_between_two_flaps(story: Timeline) -> None:
    story.alarm(1, "pdu-1A")
    at = flap(story, 4, host="alfa", start=10)
    story.back(at + 2, "pdu-1A")
    story.pass_until(at + 400)
    assert not Problem.objects.open().exists()
    assert incident().state == "open"
    story.pass_until(at + 4100)
    assert incident().state == "resolved"


def test_four_events_spread_over_the_day_are_no_flapping(story: Timeline) -> None:
    flap(story, 4, every=900)
    assert not Flap.objects.exists()


def test_flapping_goes_on_where_its_ticket_was_merged_into(story: Timeline) -> None:
    at = flap(story, 2)
    story.alarm(at + 60, "beta")
    last = Problem.objects.open().get().ticket
    story.alarm(at + 65, "beta", "disk full")
    survivor = Problem.objects.get(name__endswith="disk full").ticket
    assert last is not None
    assert survivor is not None
    me = factories.operator(1)
    with story.moment(at + 70):
        move(actor=me, ticket_id=last.pk, transition="merge", target=survivor, leak_checked=True)
    story.back(at + 120, "beta")
    del story.events["beta", "unreachable"]
    tickets = Ticket.objects.count()
    flap(story, 1, start=at + 120)
    assert Flap.objects.get().ticket == survivor
    assert Ticket.objects.count() == tickets
