"""The page: who may read it, that it is whole without any data, and that more data costs no more queries."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from common import clock
from sla.services import enforcing
from tests.factories import OperatorFactory, contact, operator, ticket
from tickets.models import Ticket
from tickets.services.replying import reply

URL = "/reports/"
pytestmark = pytest.mark.django_db


def sign_in(client: Client, **duties: bool) -> Client:
    client.force_login(OperatorFactory.create(line=2, **duties).user)
    return client


@pytest.mark.parametrize("duty", ["is_shift_lead", "is_service_manager", "is_administrator"])
def test_those_who_steer_the_desk_read_reports(client: Client, duty: str) -> None:
    assert sign_in(client, **{duty: True}).get(URL).status_code == 200


@pytest.mark.parametrize("duty", [{}, {"is_knowledge_editor": True}])
def test_other_operators_find_nothing_there(client: Client, duty: dict[str, bool]) -> None:
    assert sign_in(client, **duty).get(URL).status_code == 404


def test_customers_find_nothing_and_strangers_are_asked_to_sign_in(client: Client) -> None:
    assert client.get(URL).status_code == 302
    from accounts.models import Contact

    client.force_login(Contact.objects.get(pk=contact().contact_id).user)  # type: ignore[arg-type]
    assert client.get(URL).status_code == 404


def test_page_only_reads(client: Client) -> None:
    assert sign_in(client, is_shift_lead=True).post(URL).status_code == 405


def test_empty_desk_shows_dashes_and_whole_charts(client: Client) -> None:
    page = sign_in(client, is_shift_lead=True).get(URL).content.decode()
    assert page.count("<svg viewBox") == 5
    assert "No promise has been broken in the last 24 hours." in page
    assert "None" not in page.split("<main")[1]


@pytest.mark.parametrize("days", ["7", "30", "60", "90"])
def test_period_is_chosen_by_link(client: Client, days: str) -> None:
    page = sign_in(client, is_shift_lead=True).get(URL, {"days": days}).content.decode()
    assert f'href="?days={days}" aria-current="page"' in page


@pytest.mark.parametrize("days", ["", "0", "-1", "31", "9" * 40, "x", "\x00", "7&days=8"])
def test_nonsense_period_shows_the_usual_one(client: Client, days: str) -> None:
    answer = sign_in(client, is_shift_lead=True).get(URL, {"days": days})
    assert answer.status_code == 200
    assert 'href="?days=30" aria-current="page"' in answer.content.decode()


def test_charts_need_no_inline_style_and_can_be_read_as_tables(client: Client) -> None:
    ticket()
    page = sign_in(client, is_shift_lead=True).get(URL).content.decode().split("<main")[1]
    assert "style=" not in page
    assert "<style" not in page
    assert page.count("<title id=") == page.count("<desc id=") == page.count("Figures as a table") == 5


def test_coordinates_have_points_in_a_language_of_commas(client: Client) -> None:
    user = OperatorFactory.create(line=2, is_shift_lead=True, user__language="ru").user
    client.force_login(user)
    ticket()
    with translation.override("ru"):
        page = client.get(URL).content.decode()
    charts = "".join(part.split("</svg>")[0] for part in page.split("<svg viewBox")[1:])
    assert 'height="' in charts
    assert not [
        piece for piece in charts.split('"') if piece.replace(",", "").isdigit() and piece.count(",") == 1
    ]


def test_recent_misses_link_to_their_tickets(client: Client) -> None:
    late = ticket(received_at=clock.now() - timedelta(seconds=95))
    enforcing.tick(now=clock.now())
    page = sign_in(client, is_shift_lead=True).get(URL).content.decode()
    assert f'<a href="{reverse("desk:ticket", args=[late.number])}">{late.number}</a>' in page


def test_number_of_queries_does_not_depend_on_the_data(
    client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    sign_in(client, is_shift_lead=True)

    def queries() -> int:
        with django_assert_max_num_queries(60) as captured:
            assert client.get(URL).status_code == 200
        return len(captured.captured_queries)

    one: Ticket = ticket(received_at=clock.now() - timedelta(seconds=95))
    enforcing.tick(now=clock.now())
    before = queries()
    for _ in range(49):
        made = ticket(received_at=clock.now() - timedelta(seconds=95))
    enforcing.tick(now=clock.now())
    reply(actor=operator(1), ticket_id=made.pk, text="Late.")
    assert one.pk != made.pk
    assert queries() == before
