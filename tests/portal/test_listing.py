"""The first page: what a contact sees, in which order, at which cost."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Actor
from accounts.models import Contact
from accounts.queries import contact_actor
from portal.queries.listing import PAGE, requests_of
from tests import factories
from tests.portal import stories

pytestmark = pytest.mark.django_db
LIST = "/portal/"


def director_of(actor: Actor) -> Actor:
    """The same person, allowed to see the whole organisation."""
    contact = Contact.objects.get(pk=actor.contact_id)
    contact.sees_organisation = True
    contact.save()
    return contact_actor(contact)


def test_list_shows_states_in_the_customers_words(mine: Client, me: Actor, operator: Actor) -> None:
    ticket = stories.resolved(me, operator)
    page = mine.get(LIST)
    assertContains(page, ticket.number)
    assertContains(page, "Solved: please check")
    assertNotContains(page, ">Resolved<")


def test_what_waits_for_the_customer_comes_first_and_ended_last(me: Actor, operator: Actor) -> None:
    answer, done = stories.waiting(me, operator), stories.closed(me, operator)
    fresh, check = factories.ticket(me), stories.resolved(me, operator)
    rows = requests_of(me).rows
    assert [row.ticket for row in rows] == [check, answer, fresh, done]
    assert [row.group for row in rows] == [0, 0, 1, 2]


def test_open_and_closed_can_be_asked_for(mine: Client, me: Actor, operator: Actor) -> None:
    fresh, done = factories.ticket(me), stories.closed(me, operator)
    page = mine.get(LIST, {"show": "open"})
    assertContains(page, fresh.number)
    assertNotContains(page, done.number)
    page = mine.get(LIST, {"show": "closed"})
    assertContains(page, done.number)
    assertNotContains(page, fresh.number)


def test_a_row_tells_the_promise_and_the_last_answer(me: Actor, operator: Actor) -> None:
    unanswered, answered = factories.ticket(me), stories.working(me, operator)
    rows = {row.ticket.pk: row for row in requests_of(me).rows}
    first = rows[unanswered.pk].promises.next
    assert first is not None
    assert (first.what, first.standing) == ("answer", "running")
    assert rows[unanswered.pk].answer is None
    then = rows[answered.pk].promises.next
    assert then is not None
    assert then.what == "solution"
    assert rows[answered.pk].answer.author_name == operator.name  # type: ignore[union-attr]


def test_pages_follow_each_other_without_gap_or_repetition(mine: Client, me: Actor, operator: Actor) -> None:
    tickets = [factories.ticket(me) for _ in range(PAGE + 3)] + [stories.waiting(me, operator)]
    seen, after = [], ""
    while True:
        page = requests_of(me, after=after)
        seen += [row.ticket for row in page.rows]
        if not page.after:
            break
        after = page.after
        factories.ticket(me)  # a request filed meanwhile moves nothing
    assert [ticket for ticket in seen if ticket in tickets] == [tickets[-1], *reversed(tickets[:-1])]
    assertContains(mine.get(LIST), "More")


@pytest.mark.parametrize("after", ["x", "9-1", "1-", "1-99999999999999999999", "\x00", "1-१"])
def test_a_damaged_page_key_shows_the_beginning(mine: Client, me: Actor, after: str) -> None:
    ticket = factories.ticket(me)
    assertContains(mine.get(LIST, {"after": after}), ticket.number)


def test_colleagues_are_seen_only_by_those_who_may(
    me: Actor, colleague: Actor, client_of: Callable[[Actor], Client]
) -> None:
    theirs = factories.ticket(colleague)
    for address in (LIST, f"{LIST}?of=organisation"):
        page = client_of(me).get(address)
        assertNotContains(page, theirs.number)
        assertNotContains(page, "Organisation")
    director_of(me)
    assertNotContains(client_of(me).get(LIST), theirs.number)
    assertContains(client_of(me).get(f"{LIST}?of=organisation"), f"Filed by {colleague.name}")


def test_spam_is_never_shown(mine: Client, me: Actor, operator: Actor) -> None:
    ticket = stories.go(operator, factories.ticket(me), "mark_spam")
    assertNotContains(mine.get(LIST), ticket.number)


def test_htmx_gets_the_list_alone(mine: Client, me: Actor) -> None:
    factories.ticket(me)
    answer = mine.get(LIST, headers={"HX-Request": "true"})
    assertNotContains(answer, "<html")
    assertContains(answer, "request-row")


def test_the_list_costs_the_same_for_one_and_for_fifty(
    mine: Client, me: Actor, operator: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stories.working(me, operator)
    mine.get(LIST)  # the catalogue of content types and the like is read once
    with CaptureQueriesContext(connection) as one:
        mine.get(LIST)
    for _ in range(49):
        stories.working(me, operator)
    with django_assert_num_queries(len(one.captured_queries)):
        mine.get(LIST)
