"""Contacts of one organisation never see another's anything, and nobody outside the desk sees a note."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.enums import Actor
from accounts.models import Contact
from accounts.queries import contact_actor
from knowledge.models import Article, Feedback
from portal.urls import urlpatterns
from tests import factories
from tests.knowledge.factories import article
from tests.portal import stories
from tests.portal.conftest import signed_in
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def doors(number: str) -> list[tuple[str, str, dict[str, object]]]:
    """Every address of a request, with what would be sent there."""
    base = f"/portal/requests/{number}/"
    return [
        ("get", base, {}),
        ("post", f"{base}reply/", {"text": "let me in"}),
        ("post", f"{base}solved/", {}),
        ("get", f"{base}not-solved/", {}),
        ("post", f"{base}not-solved/", {"reason": "not_fixed", "message": "let me in"}),
        ("get", f"{base}cancel/", {}),
        ("post", f"{base}cancel/", {"reason": "withdrawn"}),
    ]


def snapshot() -> list[object]:
    return [*Ticket.objects.order_by("pk").values_list("pk", "state", "version"), Message.objects.count()]


@pytest.mark.parametrize("state", stories.STATES)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_foreign_request_does_not_exist_in_any_state(
    state: str, headers: dict[str, str], me: Actor, stranger: Actor, operator: Actor
) -> None:
    ticket = stories.in_state(state, me, operator)
    before = snapshot()
    for method, address, data in doors(ticket.number):
        answer = getattr(signed_in(stranger), method)(address, data, headers=headers)
        assert answer.status_code == 404, (method, address)
        assert ticket.subject not in answer.content.decode()
    assert snapshot() == before


def test_a_foreign_number_and_an_unknown_one_answer_alike(mine: Client, stranger: Actor) -> None:
    foreign = factories.ticket(stranger)
    unknown, known = (mine.get(f"/portal/requests/{number}/") for number in ("26-9999999", foreign.number))
    assert unknown.status_code == known.status_code == 404
    # The address itself, the form token and the time of day are all that may differ.
    noise = re.compile(r"26-\d{7}|value=\"[A-Za-z0-9]{64}\"|\"X-CSRFToken\": \"\w+\"|data-now=\"\d+\"")
    assert noise.sub("", unknown.content.decode()) == noise.sub("", known.content.decode())


def test_a_colleague_without_the_right_is_a_stranger(me: Actor, colleague: Actor) -> None:
    ticket = factories.ticket(me)
    for method, address, data in doors(ticket.number):
        assert getattr(signed_in(colleague), method)(address, data).status_code == 404


def test_one_who_sees_the_organisation_reads_and_steers_its_requests_but_no_others(
    me: Actor, colleague: Actor, stranger: Actor, operator: Actor
) -> None:
    Contact.objects.filter(pk=colleague.contact_id).update(sees_organisation=True)
    director = signed_in(contact_actor(Contact.objects.get(pk=colleague.contact_id)))
    ticket, foreign = stories.resolved(me, operator), factories.ticket(stranger)
    assert director.get(f"/portal/requests/{ticket.number}/").status_code == 200
    assert director.post(f"/portal/requests/{ticket.number}/solved/").status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).state == "closed"
    assert director.get(f"/portal/requests/{foreign.number}/").status_code == 404


def test_a_contact_moved_to_another_customer_loses_the_old_requests(me: Actor) -> None:
    ticket = factories.ticket(me)
    Contact.objects.filter(pk=me.contact_id).update(customer=factories.CustomerFactory.create())
    assert signed_in(me).get(f"/portal/requests/{ticket.number}/").status_code == 404


@pytest.mark.parametrize("gone", ["contact", "customer", "user"])
def test_a_person_switched_off_sees_nothing(gone: str, me: Actor) -> None:
    ticket = factories.ticket(me)
    contact = Contact.objects.get(pk=me.contact_id)
    client = signed_in(me)
    switched = {"contact": contact, "customer": contact.customer, "user": contact.user}[gone]
    switched.is_active = False  # type: ignore[union-attr]  # each of the three has it
    switched.save()  # type: ignore[union-attr]
    for address in ("/portal/", f"/portal/requests/{ticket.number}/"):
        assert client.get(address).status_code in (302, 404)


@pytest.mark.parametrize(
    "kind",
    [
        {"audience": "internal"},
        {"confidence": "wip"},
        {"confidence": "not_validated"},
        {"confidence": "archived"},
    ],
)
def test_articles_not_published_for_customers_do_not_exist(mine: Client, kind: dict[str, str]) -> None:
    hidden = article("Rack keys of hall 3", "Under the mat.")
    Article.objects.filter(pk=hidden.pk).update(**kind)
    assert mine.get(f"/portal/articles/{hidden.code}/").status_code == 404
    assert mine.post(f"/portal/articles/{hidden.code}/feedback/", {"verdict": "helped"}).status_code == 404
    for address in (
        "/portal/articles/",
        "/portal/articles/?q=rack+keys",
        f"/portal/articles/?q={hidden.code}",
    ):
        assert "Rack keys of hall" not in mine.get(address).content.decode()
    assert not Feedback.objects.exists()


def test_operators_and_anonymous_visitors_have_no_portal(operator: Actor, me: Actor) -> None:
    ticket = factories.ticket(me)
    for address in (
        "/portal/",
        "/portal/profile/",
        "/portal/requests/new/",
        f"/portal/requests/{ticket.number}/",
    ):
        assert signed_in(operator).get(address).status_code == 404
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")


def test_state_is_changed_by_post_only(mine: Client, me: Actor, operator: Actor) -> None:
    ticket = stories.resolved(me, operator)
    assert mine.get(f"/portal/requests/{ticket.number}/solved/").status_code == 405
    assert mine.get(f"/portal/requests/{ticket.number}/reply/").status_code == 405


def test_posts_need_the_csrf_token(me: Actor) -> None:
    ticket = factories.ticket(me)
    client = Client(enforce_csrf_checks=True)
    client.force_login(Contact.objects.get(pk=me.contact_id).user)  # type: ignore[arg-type]
    assert client.post(f"/portal/requests/{ticket.number}/reply/", {"text": "x"}).status_code == 403


def test_live_bells_of_colleagues_ring_only_for_those_who_see_the_organisation(
    me: Actor, client_of: Callable[[Actor], Client]
) -> None:
    def channels() -> tuple[str, ...]:
        from urllib.parse import unquote

        from common.live.tokens import read

        page = client_of(me).get("/portal/").content.decode()
        found = re.search(r'data-live-url="/live/\?t=([^"]+)"', page)
        assert found
        subscription = read(unquote(found[1]))
        assert subscription
        return subscription.channels

    assert channels() == (f"contact:{me.contact_id}",)
    Contact.objects.filter(pk=me.contact_id).update(sees_organisation=True)
    assert channels() == (f"contact:{me.contact_id}", f"customer:{me.customer_id}")


def test_every_address_of_the_portal_refuses_operators_and_asks_visitors_to_sign_in(operator: Actor) -> None:
    """A page added without its decorator fails here."""
    resolver = get_resolver("portal.urls")
    for pattern in urlpatterns:
        values = {"number": "26-0000001", "code": "KB-0001", "pk": 1}
        wanted = {name: values[name] for name in pattern.pattern.regex.groupindex}
        address = "/portal/" + resolver.reverse(str(pattern.name), **wanted)
        for method in ("get", "post"):
            assert getattr(signed_in(operator), method)(address).status_code == 404, address
            assert getattr(Client(), method)(address).status_code == 302, address
