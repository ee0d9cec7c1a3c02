"""Panels and pages: who sees them, what they show, and that they cost the same for one row and fifty."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from monitoring.models import Problem, RejectedDelivery, Source
from monitoring.services.authenticating import forget_sources
from tests import factories
from tests.monitoring.bodies import problem, recovery, sample, update
from tests.monitoring.conftest import Post
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def sign_in(**duties: bool) -> Client:
    operator = factories.OperatorFactory.create(line=1, **duties)
    client = Client()
    client.force_login(operator.user)
    return client


def sign_in_contact() -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=factories.contact().user_id))
    return client


def queries_of(client: Client, url: str) -> int:
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as caught:
        client.get(url)
    return len(caught)


def test_panel_lists_the_alerts_of_its_ticket(post: Post) -> None:
    post(sample("22"))
    ticket = Ticket.objects.get()
    page = sign_in().get(f"/monitoring/tickets/{ticket.pk}/alerts/").content.decode()
    assert "Кавычки" in page
    assert "&lt;b&gt;" in page
    assert "<b>&amp;" not in page
    assert "scope: cooling" in page


def test_panel_of_a_ticket_without_alerts_says_so(db: None) -> None:
    ticket = factories.ticket()
    page = sign_in().get(f"/monitoring/tickets/{ticket.pk}/alerts/").content.decode()
    assert "No alert belongs to this ticket." in page


def test_panel_is_not_for_contacts_and_not_for_strangers(post: Post) -> None:
    post(problem())
    url = f"/monitoring/tickets/{Ticket.objects.get().pk}/alerts/"
    assert sign_in_contact().get(url).status_code == 404
    assert Client().get(url).status_code == 302
    assert sign_in().get("/monitoring/tickets/999999/alerts/").status_code == 404


def test_panel_costs_the_same_for_one_alert_and_fifty(post: Post) -> None:
    post(problem(1))
    client, url = sign_in(), f"/monitoring/tickets/{Ticket.objects.get().pk}/alerts/"
    one = queries_of(client, url)
    for number in range(2, 51):
        post(problem(number))
    assert Problem.objects.filter(ticket=Ticket.objects.get()).count() == 50
    assert queries_of(client, url) == one


def test_stable_link_leads_to_the_ticket(post: Post) -> None:
    link = post(problem(1)).json()["tags"]["__zbx_helpdesk_link"]
    path = link.removeprefix("http://127.0.0.1:8000")
    answer = sign_in().get(path)
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"/{Ticket.objects.get().number}/")


def test_stable_link_of_an_event_without_a_ticket_shows_the_event(post: Post) -> None:
    post(recovery(5))
    page = sign_in().get("/m/hall-1/5")
    assert page.status_code == 200
    assert "Power lost" in page.content.decode()


def test_stable_link_of_an_unknown_event_is_not_found_and_contacts_see_none(post: Post) -> None:
    post(update(6))
    assert sign_in().get("/m/hall-1/999").status_code == 404
    assert sign_in_contact().get("/m/hall-1/6").status_code == 404
    assert Client().get("/m/hall-1/6").status_code == 302


def test_sources_page_shows_health_to_administrators_only(post: Post, source: Source) -> None:
    post(problem(1))
    post(problem(2, trigger_id=None))
    page = sign_in(is_administrator=True).get("/monitoring/sources/").content.decode()
    assert source.name in page
    assert "/monitoring/rejected/?source=hall-1" in page
    assert sign_in().get("/monitoring/sources/").status_code == 404
    assert sign_in_contact().get("/monitoring/rejected/").status_code == 404


def test_sources_page_costs_the_same_for_one_source_and_fifty(source: Source) -> None:
    client = sign_in(is_administrator=True)
    one = queries_of(client, "/monitoring/sources/")
    Source.objects.bulk_create(Source(name=f"s{n}", slug=f"s{n}", token_digest=f"{n:064}") for n in range(50))
    assert queries_of(client, "/monitoring/sources/") == one


def test_pages_without_rows_say_what_to_do(db: None) -> None:
    client = sign_in(is_administrator=True)
    assert "create_source" in client.get("/monitoring/sources/").content.decode()
    assert "Nothing was rejected" in client.get("/monitoring/rejected/").content.decode()


def test_rejected_page_shows_reason_and_escaped_beginning(post: Post, source: Source) -> None:
    post(b'<script>alert("x")</script>')
    client = sign_in(is_administrator=True)
    page = client.get("/monitoring/rejected/?source=hall-1").content.decode()
    assert "not JSON" in page
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page
    one = queries_of(client, "/monitoring/rejected/")
    stamp = RejectedDelivery.objects.get().last_at
    RejectedDelivery.objects.bulk_create(
        RejectedDelivery(source=source, reason="fields", minute=stamp.replace(minute=n), last_at=stamp)
        for n in range(45)
    )
    assert queries_of(client, "/monitoring/rejected/") == one


def test_new_token_is_shown_once_and_works_at_once(post: Post, source: Source) -> None:
    client = sign_in(is_administrator=True)
    page = client.post(f"/monitoring/sources/{source.pk}/rotate/").content.decode()
    token = next(word for word in page.replace("<", " ").replace(">", " ").split() if word.startswith("hz_"))
    forget_sources()
    assert post(problem(), token=token).status_code == 200
    assert token not in client.get("/monitoring/sources/").content.decode()


@pytest.mark.parametrize("url", ["/monitoring/sources/", "/monitoring/rejected/", "/m/hall-1/1"])
def test_pages_keep_the_strict_content_security_policy(post: Post, url: str) -> None:
    post(recovery(1))
    page = sign_in(is_administrator=True).get(url).content.decode()
    for forbidden in ("<script>", "style=", "onclick=", "javascript:"):
        assert forbidden not in page


def test_new_problem_costs_a_fixed_number_of_queries(post: Post) -> None:
    def cost(**fields: Any) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert post(problem(**fields)).status_code == 200
        return len(caught)

    post(problem(1))
    first = cost(event_id=2, trigger_id="2")
    for number in range(3, 30):
        post(problem(number, trigger_id=str(number)))
    assert cost(event_id=50, trigger_id="50") == first <= 17
    with CaptureQueriesContext(connection) as caught:
        post(problem(50, trigger_id="50"))
    assert len(caught) <= 2


def test_host_that_the_registry_does_not_know_is_listed_until_it_does(client: Client, post: Post) -> None:
    post(problem(1, host1="new-box", host_name1="New box"))
    client.force_login(User.objects.get(pk=factories.operator(1).user_id))
    assert "new-box" in client.get("/monitoring/unknown-hosts/").content.decode()
    factories.ServiceFactory.create(monitored_host="new-box")
    post(recovery(1))
    post(problem(2, host1="new-box", host_name1="New box", trigger_id="9"))
    assert "new-box" not in client.get("/monitoring/unknown-hosts/").content.decode()
