"""Queues, the pulse and the shift: who sees what, in which order, at which price."""

from datetime import timedelta

import pytest
from django.urls import reverse

from common import clock
from tests import factories
from tests.tickets.desk import HTMX, client_of, counted, working
from tickets.filters import Cursor, QueueFilter, page_of
from tickets.models import Ticket
from tickets.queries import queue
from tickets.services.due import set_next_due
from tickets.services.moving import move

pytestmark = pytest.mark.django_db
QUEUE = "/desk/"
PAGES = ["/desk/", "/desk/pulse/", "/desk/search/", "/desk/shift/", "/desk/new/", "/desk/new/customers/"]


@pytest.mark.parametrize("address", PAGES)
def test_pages_of_the_desk_do_not_exist_for_customers(address: str) -> None:
    assert client_of(factories.contact()).get(address).status_code == 404


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("line", [1, 2, 3])
def test_pages_of_the_desk_open_for_every_line(address: str, line: int) -> None:
    assert client_of(factories.operator(line)).get(address).status_code == 200


def test_queue_asks_strangers_to_sign_in(client: object) -> None:
    response = client_of(factories.operator()).get(QUEUE)
    assert response.status_code == 200
    from django.test import Client

    assert Client().get(QUEUE)["Location"].startswith(reverse("account_login"))


def test_queue_begins_with_the_operators_own_line() -> None:
    response = client_of(factories.operator(2)).get(QUEUE)
    assert response.context["wanted"].view == "line2"


def test_queue_shows_the_next_deadline_first_and_its_type() -> None:
    now = clock.now()
    later, sooner, never = (factories.ticket(subject=name) for name in ("later", "sooner", "never"))
    set_next_due(later, now + timedelta(hours=2), "RES")
    set_next_due(sooner, now + timedelta(seconds=40), "FR")
    set_next_due(never, None, "")
    response = client_of(factories.operator()).get(QUEUE)
    assert [ticket.subject for ticket in response.context["tickets"]] == ["sooner", "later", "never"]
    page = response.content.decode()
    assert "first answer" in page
    assert "clock--amber" in page


@pytest.mark.parametrize("size", [1, 50])
def test_queue_costs_the_same_for_one_ticket_and_for_fifty(size: int) -> None:
    for _ in range(size):
        factories.ticket()
    client = client_of(factories.operator())
    client.get(QUEUE)
    with counted() as queries:
        assert client.get(QUEUE, **HTMX, HTTP_HX_TARGET="queue").status_code == 200
    assert len(queries) == 4, [query["sql"] for query in queries]  # session, user, operator, rows


def test_keyset_pages_show_every_ticket_once_even_without_a_deadline() -> None:
    actor = factories.operator()
    now = clock.now()
    for number in range(7):
        ticket = factories.ticket()
        set_next_due(ticket, now + timedelta(minutes=number // 2) if number < 5 else None, "RES")
    seen: list[int] = []
    after: Cursor | None = None
    while True:
        wanted = QueueFilter(view="all", after=Cursor.parse(str(after)) if after else None)
        rows, after = page_of(wanted.apply(queue(actor)), size=2)
        seen += [row.pk for row in rows]
        if after is None:
            break
    assert seen == list(queue(actor).values_list("pk", flat=True))
    assert len(set(seen)) == 7


@pytest.mark.parametrize(
    "after", ["x", "~", "nonsense~1", "2026-99-99T00:00~1", "~99999999999999999999", "~-1", "~¹"]
)
def test_a_cursor_that_is_not_ours_shows_the_first_page(after: str) -> None:
    factories.ticket()
    response = client_of(factories.operator()).get(
        QUEUE, {"after": after, "state": "'", "view": "x", "priority": "99"}
    )
    assert response.status_code == 200
    assert len(response.context["tickets"]) == 1


def test_filters_narrow_the_queue() -> None:
    urgent = working(factories.operator(), subject="urgent")
    factories.ticket(subject="other")
    client = client_of(factories.operator())
    found = {
        "state=in_progress": [urgent.subject],
        f"priority={urgent.priority}": [urgent.subject],
        "kind=EM": [urgent.subject],
        f"customer={urgent.customer.code}": [urgent.subject],  # type: ignore[union-attr]
        "view=unassigned": ["other"],
        "view=mine": [],
    }
    for query, subjects in found.items():
        response = client.get(f"{QUEUE}?{query}")
        assert [ticket.subject for ticket in response.context["tickets"]] == subjects, query


def test_first_accept_wins_and_the_second_reads_who_was_faster() -> None:
    ticket = factories.ticket()
    fast, slow = factories.operator(), factories.operator()
    won = client_of(fast).post(f"/desk/tickets/{ticket.number}/accept/", **HTMX)
    assert won["HX-Redirect"] == f"/desk/tickets/{ticket.number}/"
    lost = client_of(slow).post(f"/desk/tickets/{ticket.number}/accept/", **HTMX)
    assert fast.name in lost["HX-Trigger"]
    assert "queue-refresh" in lost["HX-Trigger"]
    assert Ticket.objects.get().assignee_id == fast.user_id


def test_accept_without_script_returns_to_a_page() -> None:
    ticket = factories.ticket()
    fast, slow = factories.operator(), factories.operator()
    assert (
        client_of(fast).post(f"/desk/tickets/{ticket.number}/accept/").url
        == f"/desk/tickets/{ticket.number}/"
    )
    response = client_of(slow).post(f"/desk/tickets/{ticket.number}/accept/", follow=True)
    assert fast.name in response.content.decode()


def test_pulse_counts_lines_and_lists_the_unanswered() -> None:
    me = factories.operator()
    working(me)
    waiting = factories.ticket()
    page = client_of(me).get("/desk/pulse/").content.decode()
    assert 'id="count-line1" hx-swap-oob="true">2<' in page
    assert 'id="count-mine" hx-swap-oob="true">1<' in page
    assert waiting.number in page
    assert 'data-total="1"' in page


def test_the_other_lines_hear_of_an_unanswered_ticket_after_a_minute() -> None:
    fresh = factories.ticket()
    old = factories.ticket(received_at=clock.now() - timedelta(seconds=61))
    first, second = (
        client_of(factories.operator(line)).get("/desk/pulse/").content.decode() for line in (1, 2)
    )
    assert fresh.number in first
    assert old.number in first
    assert fresh.number not in second
    assert old.number in second


@pytest.mark.parametrize("size", [1, 50])
def test_pulse_and_shift_cost_the_same_for_one_ticket_and_for_fifty(size: int) -> None:
    me = factories.operator(is_shift_lead=True)
    for _ in range(size):
        factories.ticket(received_at=clock.now() - timedelta(minutes=5))
    client = client_of(me)
    for address, price in (("/desk/pulse/", 5), ("/desk/shift/", 10)):
        with counted() as queries:
            client.get(address)
        assert len(queries) == price, (address, [query["sql"][:120] for query in queries])


def test_only_the_shift_lead_assigns_a_waiting_ticket_to_somebody() -> None:
    ticket, chosen = factories.ticket(), factories.operator()
    address = f"/desk/tickets/{ticket.number}/moves/accept/"
    refused = client_of(factories.operator()).post(address, {"assignee": chosen.user_id}, **HTMX)
    assert refused.status_code == 422
    assert "Only the shift lead" in refused.content.decode()
    lead = factories.operator(is_shift_lead=True)
    assert client_of(lead).post(address, {"assignee": chosen.user_id}, **HTMX).status_code == 204
    assert Ticket.objects.get().assignee_id == chosen.user_id


def test_the_search_opens_a_number_and_lists_words_and_customers() -> None:
    ticket = factories.ticket(subject="Broken balancer")
    client = client_of(factories.operator())
    assert client.get("/desk/search/", {"q": ticket.number}).url == f"/desk/tickets/{ticket.number}/"
    assert client.get("/desk/search/", {"q": f"№ {ticket.number}"}).url == f"/desk/tickets/{ticket.number}/"
    found = client.get("/desk/search/", {"q": "balancer"})
    assert [row.pk for row in found.context["tickets"]] == [ticket.pk]
    by_customer = client.get("/desk/search/", {"q": ticket.customer.name}).content.decode()  # type: ignore[union-attr]
    assert f"customer={ticket.customer.code}" in by_customer  # type: ignore[union-attr]


@pytest.mark.parametrize("words", ["' OR 1=1", "\x00", "((", "a & | !", "<script>", "я" * 5000])
def test_hostile_search_words_break_nothing(words: str) -> None:
    assert client_of(factories.operator()).get("/desk/search/", {"q": words}).status_code == 200


def test_a_taken_queued_ticket_is_offered_with_take() -> None:
    me = factories.operator()
    ticket = working(me)
    move(actor=me, ticket_id=ticket.pk, transition="hand_up", reason="no_instruction", done="x" * 20)
    second = factories.operator(2)
    assert "Take" in client_of(second).get(QUEUE).content.decode()
    client_of(second).post(f"/desk/tickets/{ticket.number}/accept/", **HTMX)
    assert Ticket.objects.get().assignee_id == second.user_id


def test_the_alarm_names_first_what_can_still_be_saved() -> None:
    now = clock.now()
    ages = {"late": 300, "just late": 100, "nearly": 70, "fresh": 5}
    numbers = {
        name: factories.ticket(received_at=now - timedelta(seconds=age)).number for name, age in ages.items()
    }
    listed = client_of(factories.operator()).get("/desk/pulse/").context["tickets"]
    assert [ticket.number for ticket in listed] == [
        numbers[name] for name in ("nearly", "fresh", "just late", "late")
    ]
