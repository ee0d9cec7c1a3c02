"""What the customer can decide: solved, not solved, cancelled, or written again after the end."""

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Actor, ActorKind
from accounts.models import User
from common import clock
from tests import factories
from tests.portal import stories
from tickets.enums import State
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def page_of(ticket: Ticket) -> str:
    return f"/portal/requests/{ticket.number}/"


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def signed_page(client: Client, me: Actor, ticket: Ticket) -> HttpResponse:
    """The session of the past has expired by then: sign in anew."""
    client.force_login(User.objects.get(pk=me.user_id))
    return client.get(page_of(ticket))  # type: ignore[return-value]  # the test client's own kind of answer


def test_solved_closes_a_resolved_request(mine: Client, me: Actor, operator: Actor) -> None:
    ticket = stories.resolved(me, operator)
    page = mine.post(f"{page_of(ticket)}solved/", follow=True)
    assert again(ticket).state == State.CLOSED
    assertContains(page, "Thank you. The request is closed.")


@pytest.mark.parametrize("state", ["new", "triage", "in_progress", "pending_customer"])
def test_solved_closes_an_open_request_in_one_step(
    state: str, mine: Client, me: Actor, operator: Actor
) -> None:
    ticket = stories.in_state(state, me, operator)
    mine.post(f"{page_of(ticket)}solved/")
    ticket = again(ticket)
    assert (ticket.state, ticket.resolution_code) == (State.CLOSED, "customer_confirmed")
    moves = [
        event.payload["transition"]
        for event in ticket.events.filter(type="moved", actor_kind=ActorKind.CONTACT)
    ]
    assert moves == ["solved_by_customer", "confirm"]


def test_not_solved_asks_what_is_wrong_and_sends_it_back_to_work(
    mine: Client, me: Actor, operator: Actor
) -> None:
    ticket = stories.resolved(me, operator)
    address = f"{page_of(ticket)}not-solved/"
    assertContains(mine.get(address, headers=HTMX), "dialog-title")
    refused = mine.post(address, {"reason": "partly", "message": ""}, headers=HTMX)
    assert refused.status_code == 422
    assert again(ticket).state == State.RESOLVED
    answer = mine.post(address, {"reason": "partly", "message": "Only page one works."}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == page_of(ticket)
    assert again(ticket).state in (State.QUEUED, State.IN_PROGRESS)
    assertContains(mine.get(page_of(ticket)), "Only page one works.")
    assertContains(
        mine.get(page_of(ticket)), "We have your message"
    )  # the next answer has a promise of its own


def test_a_request_can_be_cancelled_before_work_only(mine: Client, me: Actor, operator: Actor) -> None:
    fresh, working = factories.ticket(me), stories.working(me, operator)
    mine.post(f"{page_of(fresh)}cancel/", {"reason": "self_recovered"})
    assert again(fresh).state == State.CANCELLED
    assertNotContains(mine.get(page_of(working)), "Cancel the request")
    refused = mine.post(f"{page_of(working)}cancel/", {"reason": "withdrawn"})
    assertContains(refused, "We are working on it already", status_code=422)
    assert again(working).state == State.IN_PROGRESS


def test_a_step_that_came_too_late_is_told_and_changes_nothing(
    mine: Client, me: Actor, operator: Actor
) -> None:
    ticket = stories.closed(me, operator)
    answer = mine.post(f"{page_of(ticket)}not-solved/", {"reason": "not_fixed", "message": "No."})
    assertContains(answer, "not possible now", status_code=422)
    assert mine.post(f"{page_of(ticket)}solved/").status_code == 409
    assert again(ticket).state == State.CLOSED


def test_a_reply_soon_after_closing_reopens(mine: Client, me: Actor, operator: Actor) -> None:
    ticket = stories.closed(me, operator)
    mine.post(f"{page_of(ticket)}reply/", {"text": "It happened again this morning."})
    assert again(ticket).is_open


def test_a_reply_long_after_closing_opens_a_follow_up(mine: Client, me: Actor, operator: Actor) -> None:
    ticket = stories.closed(me, operator)
    with time_machine.travel(clock.now() + timedelta(days=15)):
        assertContains(signed_page(mine, me, ticket), "we open a new request that continues this one")
        page = mine.post(f"{page_of(ticket)}reply/", {"text": "It is back."}, follow=True)
        follow_up = Ticket.objects.get(follow_up_of=ticket)
        assertContains(page, f"This continues as request {follow_up.number}.")
        assertContains(page, "It is back.")
        assertContains(mine.get(page_of(ticket)), follow_up.number)
    assert again(ticket).state == State.CLOSED
