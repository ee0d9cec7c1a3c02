"""Promises over the API: why a deadline is what it is, how well promises are kept, which were broken."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from common import clock
from sla.models import Breach, Clock
from sla.queries import rulebook
from sla.services import enforcing
from tests import factories
from tests.api.conftest import client_of
from tickets.models import Ticket
from tickets.services.moving import move
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
ATTAINMENT, BREACHES = "/api/v1/attainment/", "/api/v1/breaches/"


@pytest.fixture(autouse=True)
def fresh_rules(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Rules are looked for every two seconds: a slow machine must not count that as a query of ours."""
    monkeypatch.setattr(rulebook, "FRESH_FOR", 600.0)
    rulebook.forget()
    yield
    rulebook.forget()


@pytest.fixture
def lead(db: None) -> APIClient:
    return client_of(factories.OperatorFactory.create(line=1, is_shift_lead=True).user)


def address(ticket: Ticket) -> str:
    return f"/api/v1/tickets/{ticket.number}/clocks/"


def shown(client: APIClient, ticket: Ticket, **options: Any) -> dict[str, Any]:
    answer = client.get(address(ticket), **options)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def clocks(client: APIClient, ticket: Ticket, kind: str) -> list[dict[str, Any]]:
    return [row for row in shown(client, ticket)["clocks"] if row["kind"] == kind]


def paused_for_fourteen_minutes() -> Ticket:
    """Accepted after ten seconds; asked the customer at one minute, who answered fourteen minutes later."""
    contract = factories.ContractFactory.create()
    contact = factories.contact(customer=contract.customer)
    start = clock.now() - timedelta(minutes=30)
    ticket, desk = factories.ticket(contact, priority=2, received_at=start), factories.operator()
    move(actor=desk, ticket_id=ticket.pk, transition="accept", at=start + 10 * SECOND)
    move(
        actor=desk, ticket_id=ticket.pk, transition="ask_customer", reason="info", message="Which server?",
        resume_at=clock.now() + timedelta(days=1), at=start + 60 * SECOND,
    )  # fmt: skip
    from accounts.enums import Actor

    at = start + timedelta(minutes=15)
    move(actor=Actor.system(), ticket_id=ticket.pk, transition="customer_answered", at=at)
    return ticket


def test_a_clock_says_everything_that_its_deadline_follows_from(desk: APIClient) -> None:
    ticket = paused_for_fourteen_minutes()
    [res] = clocks(desk, ticket, "RES")
    stored = Clock.objects.get(ticket=ticket, kind="RES")
    assert (res["state"], res["verdict"], res["cycle"], res["line"]) == ("running", "running", 1, 0)
    assert res["target_seconds"] == stored.target.total_seconds()  # type: ignore[union-attr]
    assert res["elapsed_seconds"] == pytest.approx(16 * 60, abs=30)
    assert res["remaining_seconds"] == pytest.approx(res["target_seconds"] - res["elapsed_seconds"])
    assert res["policy"]["title"] == "Business, Premium, Basic"
    assert (res["calendar"]["key"], res["calendar"]["title"]) == ("C247", "24×7")
    assert [interval["end"] is None for interval in res["intervals"]] == [False, True]
    due = ticket.received_at + stored.target + timedelta(minutes=14)  # type: ignore[operator]
    assert res["due_at"] == due.isoformat().replace("+00:00", "Z")


def test_a_pause_is_one_entry_that_says_how_long_it_lasted_in_the_callers_language(desk: APIClient) -> None:
    ticket = paused_for_fourteen_minutes()
    [res] = clocks(desk, ticket, "RES")
    [pause] = [entry for entry in res["ledger"] if entry["what"] == "paused"]
    assert pause["text"] == "Paused 14 min: waiting for the customer."
    assert pause["facts"]["lasted"] == 14 * 60
    assert "resumed" not in {entry["what"] for entry in res["ledger"]}
    assert res["ledger"][0]["facts"]["policy_title"] == "Business, Premium, Basic"


def test_a_ticket_without_a_pause_names_none(desk: APIClient) -> None:
    [fr] = clocks(desk, factories.ticket(), "FR")
    assert [entry["what"] for entry in fr["ledger"]] == ["started"]
    assert (fr["state"], fr["stopped_at"], fr["is_promise"]) == ("running", None, True)


def test_every_cycle_is_given_and_not_only_the_last(desk: APIClient) -> None:
    ticket, person = factories.ticket(), factories.operator()
    for second in (10, 20, 30):
        reply(actor=person, ticket_id=ticket.pk, text="News.", at=ticket.received_at + second * SECOND)
    found = clocks(desk, ticket, "PU")
    assert [row["cycle"] for row in found] == [1, 2, 3]
    assert [row["state"] for row in found] == ["met", "met", "running"]


def test_a_missed_clock_says_when_it_broke_and_when_that_was_noticed(desk: APIClient) -> None:
    ticket = factories.ticket(received_at=clock.now() - 100 * SECOND)
    noticed = ticket.received_at + 91 * SECOND
    enforcing.tick(now=noticed)
    [fr] = clocks(desk, ticket, "FR")
    assert (fr["state"], fr["verdict"], fr["remaining_seconds"]) == ("over", "missed", 0)
    assert fr["breached_at"] == (ticket.received_at + 90 * SECOND).isoformat().replace("+00:00", "Z")
    assert fr["detected_at"] == noticed.isoformat().replace("+00:00", "Z")


def test_the_first_response_says_who_by_which_message_and_whether_it_arrived(desk: APIClient) -> None:
    ticket, person = factories.ticket(), factories.operator()
    message = reply(actor=person, ticket_id=ticket.pk, text="Hello!", at=ticket.received_at + 41 * SECOND)
    first = shown(desk, ticket)["first_response"]
    assert (first["way"], first["who"], first["is_human"]) == ("message", person.name, True)
    assert (first["message_id"], first["took_seconds"], first["verdict"]) == (message.pk, 41.0, "met")
    assert (first["delivery"]["reached"], first["delivery"]["in_portal"]) == ("portal", True)


def test_contacts_do_not_know_that_clocks_exist(customer: APIClient, person: Any, desk: APIClient) -> None:
    from accounts.queries import contact_actor

    own = factories.ticket(contact_actor(person))
    for url in (address(own), ATTAINMENT, BREACHES):
        assert customer.get(url).status_code == 404
    assert APIClient().get(address(own)).status_code == 401
    assert desk.get("/api/v1/tickets/26-9999999/clocks/").status_code == 404


def test_figures_and_broken_promises_are_for_those_who_lead(desk: APIClient, lead: APIClient) -> None:
    for url in (ATTAINMENT, BREACHES):
        assert desk.get(url).status_code == 403
        assert lead.get(url).status_code == 200


def queries_of(client: APIClient, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_clocks_of_a_long_thread_cost_as_many_queries_as_of_a_short_one(desk: APIClient) -> None:
    ticket, person = factories.ticket(), factories.operator()
    reply(actor=person, ticket_id=ticket.pk, text="News.")
    shown(desk, ticket)
    one = queries_of(desk, address(ticket))
    for _ in range(30):
        reply(actor=person, ticket_id=ticket.pk, text="News.")
    shown(desk, ticket)
    assert len(clocks(desk, ticket, "PU")) == 31
    assert queries_of(desk, address(ticket)) == one <= 9


def test_a_list_of_fifty_broken_promises_costs_as_many_queries_as_of_one(lead: APIClient) -> None:
    start = clock.now() - timedelta(minutes=2)
    factories.ticket(received_at=start)
    enforcing.tick(now=start + 91 * SECOND)
    lead.get(BREACHES)
    one = queries_of(lead, BREACHES)
    for _ in range(49):
        factories.ticket(received_at=start)
    enforcing.tick(now=start + 92 * SECOND)
    assert len(lead.get(BREACHES).json()["results"]) == 50
    assert queries_of(lead, BREACHES) == one


def test_a_broken_promise_is_given_as_it_was_recorded(lead: APIClient) -> None:
    ticket, person = factories.ticket(), factories.operator()
    move(actor=person, ticket_id=ticket.pk, transition="accept")
    enforcing.tick(now=ticket.received_at + 91 * SECOND)
    reply(actor=person, ticket_id=ticket.pk, text="Sorry.", at=ticket.received_at + 100 * SECOND)
    [row] = lead.get(BREACHES).json()["results"]
    assert (row["ticket"], row["kind"], row["cycle"], row["line"]) == (ticket.number, "FR", 1, 1)
    assert (row["target_seconds"], row["overrun_seconds"]) == (90.0, 10.0)
    assert (row["assignee"]["id"], row["state"], row["review"]) == (person.user_id, "triage", None)
    assert row["review_due"] is not None
    assert sum(row["spent"]["1"].values()) == pytest.approx(90.0)


def test_broken_promises_come_page_by_page_and_can_be_narrowed(lead: APIClient) -> None:
    start = clock.now() - timedelta(minutes=5)
    made = [factories.ticket(received_at=start + n * SECOND).number for n in range(5)]
    enforcing.tick(now=start + 120 * SECOND)
    seen: list[str] = []
    following: str | None = f"{BREACHES}?page_size=2"
    while following:
        page = lead.get(following).json()
        seen += [row["ticket"] for row in page["results"]]
        following = page["next"]
    assert seen == made[::-1]
    assert [row["ticket"] for row in lead.get(f"{BREACHES}?ticket={made[2]}").json()["results"]] == [made[2]]
    assert lead.get(f"{BREACHES}?kind=RES").json()["results"] == []
    assert lead.get(f"{BREACHES}?line=1&kind=FR").json()["results"] != []
    for wrong in ("kind=OLA_A", "line=7", "nonsense=1", "since=yesterday"):
        assert lead.get(f"{BREACHES}?{wrong}").status_code == 400, wrong


def test_one_that_was_disproved_is_not_listed(lead: APIClient) -> None:
    ticket = factories.ticket()
    enforcing.tick(now=ticket.received_at + 91 * SECOND)
    Breach.objects.update(retracted_at=clock.now())
    assert lead.get(BREACHES).json()["results"] == []


@pytest.fixture
def judged() -> Callable[[int], Ticket]:
    """A ticket resolved at once by the customer's word, answered after so many seconds."""

    def made(answered: int) -> Ticket:
        contact = factories.contact()
        ticket = factories.ticket(contact, received_at=clock.now() - timedelta(minutes=10))
        person = factories.operator()
        at = ticket.received_at + answered * SECOND
        reply(actor=person, ticket_id=ticket.pk, text="Hello!", at=at)
        move(actor=contact, ticket_id=ticket.pk, transition="solved_by_customer", at=at + 60 * SECOND)
        return ticket

    return made


def test_attainment_gives_tickets_clocks_answers_and_the_budget_with_n(
    lead: APIClient, judged: Callable[[int], Ticket]
) -> None:
    for answered in (30, 60, 120):
        judged(answered)
    since = (clock.now() - timedelta(days=1)).isoformat().replace("+", "%2B")
    until = (clock.now() + timedelta(minutes=1)).isoformat().replace("+", "%2B")
    found = lead.get(f"{ATTAINMENT}?since={since}&until={until}&by=line").json()
    tickets = found["tickets"]
    assert (tickets["judged"], tickets["missed"], tickets["excused"]) == (3, 1, 0)
    assert tickets["raw"]["percent"] == pytest.approx(200 / 3)
    low, high = tickets["raw"]["interval"]
    assert low < 200 / 3 < high
    assert tickets["burn_rate"] == pytest.approx((1 / 3) / 0.05)
    assert (tickets["allowed"], tickets["left"]) == (0, -1)
    [fr] = [row for row in found["clocks"] if row["kind"] == "FR"]
    assert (fr["met"], fr["total"]) == (2, 3)
    assert (found["first_response"]["p50_seconds"], found["first_response"]["within_90"]["met"]) == (60.0, 2)
    assert [row["channel"] for row in found["by_channel"]] == ["portal"]
    assert [(row["key"], row["judged"]) for row in found["slices"]] == [("1", 3)]


def test_attainment_of_a_period_without_tickets_divides_by_nothing(lead: APIClient) -> None:
    found = lead.get(f"{ATTAINMENT}?since=2020-01-01T00:00:00Z&until=2020-02-01T00:00:00Z").json()
    assert (found["tickets"]["judged"], found["tickets"]["burn_rate"], found["clocks"]) == (0, None, [])
    assert found["tickets"]["raw"]["interval"] is None
    assert "slices" not in found


@pytest.mark.parametrize(
    "query",
    [
        "until=2026-01-01T00:00:00Z",
        "since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z",
        "since=2020-01-01T00:00:00Z&until=2026-01-01T00:00:00Z",
        "since=never",
        "by=nonsense",
        "nonsense=1",
    ],
)
def test_a_period_that_makes_no_sense_is_refused_by_name(lead: APIClient, query: str) -> None:
    answer = lead.get(f"{ATTAINMENT}?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_attainment_costs_the_same_for_one_ticket_and_for_many(
    lead: APIClient, judged: Callable[[int], Ticket]
) -> None:
    judged(30)
    lead.get(ATTAINMENT)
    one = queries_of(lead, f"{ATTAINMENT}?by=category")
    for _ in range(9):
        judged(30)
    assert queries_of(lead, f"{ATTAINMENT}?by=category") == one
