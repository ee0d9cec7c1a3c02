"""Lists: filters, pages that neither repeat nor skip, and a number of queries that does not grow."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Contact, Operator
from accounts.queries import contact_actor, operator_actor
from tests import factories
from tickets.models import Ticket
from tickets.services.moving import move
from tickets.services.noting import add_note

pytestmark = pytest.mark.django_db
LIST = "/api/v1/tickets/"


def pages(client: APIClient, url: str) -> Iterator[list[dict[str, Any]]]:
    following: str | None = url
    while following:
        parts = urlsplit(following)
        answer = client.get(f"{parts.path}?{parts.query}")
        assert answer.status_code == 200, answer.content
        yield answer.json()["results"]
        following = answer.json()["next"]


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["number"] for row in rows]


def test_pages_stay_what_they_are_while_new_tickets_come_in(desk: APIClient, person: Contact) -> None:
    actor = contact_actor(person)
    known = [factories.ticket(actor).number for _ in range(7)]
    seen: list[str] = []
    for page in pages(desk, f"{LIST}?page_size=2"):
        seen += numbers(page)
        factories.ticket(actor)
    assert seen == known[::-1]


def test_a_copy_kept_by_updated_at_misses_no_change(desk: APIClient, person: Contact) -> None:
    actor = contact_actor(person)
    made = [factories.ticket(actor) for _ in range(5)]
    seen: list[str] = []
    for index, page in enumerate(pages(desk, f"{LIST}?ordering=updated_at&page_size=2")):
        seen += numbers(page)
        if index == 0:
            add_note(actor=factories.operator(1), ticket_id=made[0].pk, text="Changed meanwhile.")
    assert set(seen) == {ticket.number for ticket in made}
    assert seen[-1] == made[0].number


def test_a_page_is_never_larger_than_a_hundred(desk: APIClient, person: Contact) -> None:
    actor = contact_actor(person)
    for _ in range(101):
        factories.ticket(actor, acknowledge=False)
    assert len(desk.get(f"{LIST}?page_size=1000000000").json()["results"]) == 100


def test_each_filter_finds_its_tickets_and_no_other(
    desk: APIClient, first: Operator, person: Contact
) -> None:
    mine = factories.ticket(contact_actor(person), subject="Disk array of the vault", category="EM.NET")
    other = factories.ticket(category="CR.RES")
    move(actor=operator_actor(first, first.user), ticket_id=mine.pk, transition="accept")
    cutoff = Ticket.objects.get(pk=mine.pk).updated_at.isoformat().replace("+", "%2B")
    for query in (
        "state=triage", f"assignee={first.user_id}", f"customer={person.customer_id}", "category=EM.NET", "q=vault",
        f"q={mine.number}", f"updated_since={cutoff}", "state=triage&state=closed&line=1&channel=portal&open=true",
    ):  # fmt: skip
        assert numbers(desk.get(f"{LIST}?{query}").json()["results"]) == [mine.number], query
    assert numbers(desk.get(f"{LIST}?state=new").json()["results"]) == [other.number]
    for query in ("open=false", "line=3", "priority=1", "channel=mail", "q=nothing-like-it"):
        assert desk.get(f"{LIST}?{query}").json()["results"] == [], query


def queries_of(client: APIClient, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.mark.parametrize("url", [LIST, "/api/v1/contacts/", "/api/v1/customers/"])
def test_a_list_of_fifty_costs_as_many_queries_as_a_list_of_one(desk: APIClient, url: str) -> None:
    factories.MailAddressFactory.create(contact=(contact := factories.ContactFactory.create()))
    factories.ticket(contact_actor(contact))
    desk.get(url)
    one = queries_of(desk, url)
    for _ in range(49):
        contact = factories.MailAddressFactory.create().contact
        factories.ticket(contact_actor(contact), category="EM.APP")
    assert len(desk.get(url).json()["results"]) >= 50
    assert queries_of(desk, url) == one


def test_a_thread_and_a_log_of_fifty_cost_as_many_queries_as_of_one(desk: APIClient) -> None:
    ticket = factories.ticket()
    actor = factories.operator(1)
    urls = [f"{LIST}{ticket.number}/{name}/?page_size=100" for name in ("messages", "events", "attachments")]
    add_note(actor=actor, ticket_id=ticket.pk, text="One.")
    desk.get(urls[0])
    one = [queries_of(desk, url) for url in urls]
    for _ in range(49):
        add_note(actor=actor, ticket_id=ticket.pk, text="More.")
    assert [queries_of(desk, url) for url in urls] == one


def test_a_token_costs_one_query_and_the_list_one(desk: APIClient) -> None:
    factories.ticket()
    desk.get(LIST)
    assert queries_of(desk, LIST) == 2


def test_opening_a_ticket_costs_nine_queries_for_an_operator(desk: APIClient) -> None:
    """The token, the number, four rows, the deadline, and the two ends of a transaction."""
    body = {"subject": "A request", "body": "Please add memory.", "category": "CR.RES"}
    desk.post(LIST, body)
    with CaptureQueriesContext(connection) as seen:
        assert desk.post(LIST, body).status_code == 201
    assert len(seen) <= 9, [query["sql"][:80] for query in seen]
