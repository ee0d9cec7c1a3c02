"""Tickets over the API: who sees what, who may do what."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import Contact
from accounts.queries import contact_actor
from tests import factories
from tickets.api.shapes import DESK_ONLY
from tickets.enums import Channel, State
from tickets.models import Ticket
from tickets.services.noting import add_note

pytestmark = pytest.mark.django_db
LIST = "/api/v1/tickets/"
File = Callable[..., dict[str, Any]]


def at(ticket: dict[str, Any], name: str = "") -> str:
    return f"{LIST}{ticket['number']}/{name + '/' if name else ''}"


def test_a_contact_files_a_request_as_themself(request_: File, person: Contact) -> None:
    filed = request_(category="EM.APP")
    ticket = Ticket.objects.get(number=filed["number"])
    assert (ticket.contact_id, ticket.customer_id, ticket.channel) == (
        person.pk,
        person.customer_id,
        Channel.PORTAL,
    )
    assert filed["customer_state"] == "Accepted"
    assert {move["name"] for move in filed["available"]} == {"solved_by_customer", "cancel"}


def test_a_contact_gets_no_field_of_the_desk(request_: File, customer: APIClient, desk: APIClient) -> None:
    filed = request_()
    assert DESK_ONLY.isdisjoint(filed)
    assert DESK_ONLY.isdisjoint(customer.get(LIST).json()["results"][0])
    assert set(desk.get(at(filed)).json()) >= DESK_ONLY


@pytest.mark.parametrize(
    "field", ["customer", "contact", "channel", "impact", "received_at", "priority", "state"]
)
def test_what_is_not_a_contacts_to_say_is_refused_by_name(
    customer: APIClient, person: Contact, field: str
) -> None:
    other = factories.ContactFactory.create()
    value = {"customer": other.customer_id, "contact": other.pk}.get(field, 1)
    answer = customer.post(LIST, {"subject": "A", "body": "B", field: value})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert not Ticket.objects.exists()


def test_a_service_of_another_organisation_is_as_unknown_as_one_that_is_none(customer: APIClient) -> None:
    foreign = factories.ServiceFactory.create(name="secret-host")
    answers = [
        customer.post(LIST, {"subject": "A", "body": "B", "service": pk}) for pk in (foreign.pk, 10**9)
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()
    assert not Ticket.objects.exists()


def test_an_operator_registers_for_a_customer_with_the_priority_of_the_matrix(desk: APIClient) -> None:
    contact = factories.ContactFactory.create()
    body = {"subject": "Down", "body": "All is down.", "contact": contact.pk, "channel": "phone"}
    answer = desk.post(LIST, {**body, "category": "EM.APP", "impact": 1, "urgency": 1})
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["priority"], made["customer"]["id"]) == (1, contact.customer_id)
    assert made["first_response_at"] is not None
    assert answer["Location"].endswith(at(made))
    assert answer["ETag"] == f'"{made["version"]}"'


def test_a_contact_of_one_customer_is_not_registered_under_another(desk: APIClient) -> None:
    contact, other = factories.ContactFactory.create(), factories.CustomerFactory.create()
    answer = desk.post(LIST, {"subject": "A", "body": "B", "contact": contact.pk, "customer": other.pk})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["contact"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "messages",
        "attachments",
        "events",
        "note",
        "reply",
        "accept",
        "confirm",
        "solved_by_customer",
        "cancel",
    ],
)
def test_a_ticket_of_another_organisation_does_not_exist(
    request_: File, stranger: APIClient, name: str
) -> None:
    filed = request_()
    methods = [stranger.get] if name in ("", "messages", "attachments") else [stranger.post]
    for method in [*methods, stranger.get] if name == "events" else methods:
        answer = method(at(filed, name))
        ghost = method(at({"number": "26-9999999"}, name))
        assert answer.status_code in (404, 405)
        assert answer.json() == ghost.json()
    assert stranger.get(LIST).json()["results"] == []


def test_notes_and_the_log_do_not_exist_for_contacts(
    request_: File, customer: APIClient, desk: APIClient
) -> None:
    filed = request_()
    assert desk.post(at(filed, "note"), {"text": "canary"}).status_code == 201
    assert customer.post(at(filed, "note"), {"text": "mine"}).status_code == 404
    assert customer.get(at(filed, "events")).status_code == 404
    assert b"canary" not in customer.get(at(filed, "messages")).content
    assert b"canary" in desk.get(at(filed, "messages")).content
    assert next(event["type"] for event in desk.get(at(filed, "events")).json()["results"]) == "created"


def test_the_way_of_a_ticket_through_its_transitions(
    request_: File, customer: APIClient, desk: APIClient
) -> None:
    filed = request_(category="EM.APP")
    assert desk.post(at(filed, "accept")).json()["state"] == State.TRIAGE
    assert desk.post(at(filed, "reply"), {"text": "I am looking at it."}).status_code == 201
    values = {"category": "EM.APP", "impact": 2, "urgency": 2, "service_unknown": "not told"}
    assert desk.post(at(filed, "classify"), values).json()["state"] == State.IN_PROGRESS
    values = {"resolution_code": "fixed", "message": "We replaced the pool.", "write_stub": True}
    solved = desk.post(at(filed, "resolve"), values)
    assert solved.json()["state"] == State.RESOLVED, solved.content
    assert customer.post(at(filed, "confirm")).json()["state"] == State.CLOSED
    assert customer.post(at(filed, "reopen_closed"), {"reason": "recurred"}).json()["state"] in (
        State.QUEUED,
        State.IN_PROGRESS,
    )


def test_a_guard_that_says_no_is_a_conflict_with_its_name_and_a_bypass_sets_it_aside(
    request_: File, desk: APIClient
) -> None:
    filed = request_(category="EM.APP")
    desk.post(at(filed, "accept"))
    values = {"category": "EM.APP", "impact": 2, "urgency": 2, "service_unknown": "not told"}
    refused = desk.post(at(filed, "classify"), values)
    assert (refused.status_code, refused.json()["guard"]) == (409, "G-FR")
    bypass = {"why": "The caller is on the other line.", "risk": "None that I see."}
    assert desk.post(at(filed, "classify"), {**values, "bypass": bypass}).status_code == 200


def test_a_transition_that_is_not_the_callers_is_403_and_one_out_of_state_409(
    request_: File, customer: APIClient, desk: APIClient
) -> None:
    filed = request_()
    assert customer.post(at(filed, "accept")).status_code == 403
    assert desk.post(at(filed, "not_spam")).status_code == 409


def test_unknown_fields_of_a_transition_are_refused(request_: File, desk: APIClient) -> None:
    answer = desk.post(at(request_(), "accept"), {"state": "closed"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["state"])


def test_a_file_comes_back_to_those_who_may_read_its_message_and_to_nobody_else(
    request_: File, customer: APIClient, desk: APIClient, stranger: APIClient
) -> None:
    filed = request_()
    form = {"text": "See the log.", "attachments": SimpleUploadedFile("access.log", b"GET / 200")}
    said = customer.post(at(filed, "reply"), form, format="multipart").json()
    url = said["attachments"][0]["url"]
    answer = desk.get(url)
    assert b"".join(answer.streaming_content) == b"GET / 200"  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="access.log"'
    assert customer.get(at(filed, "attachments")).json()["results"][0]["name"] == "access.log"
    assert stranger.get(url).status_code == 404
    assert APIClient().get(url).status_code == 401


def test_a_file_on_a_note_is_the_desks_own(request_: File, customer: APIClient, desk: APIClient) -> None:
    filed, other = request_(), request_()
    form = {"text": "Internal.", "attachments": SimpleUploadedFile("plan.txt", b"x")}
    url = desk.post(at(filed, "note"), form, format="multipart").json()["attachments"][0]["url"]
    assert customer.get(url).status_code == 404
    assert customer.get(at(filed, "attachments")).json()["results"] == []
    mismatched = url.replace(filed["number"], other["number"])
    assert desk.get(mismatched).status_code == 404


def test_a_contact_who_sees_the_organisation_reads_a_colleagues_request_but_no_note(person: Contact) -> None:
    from tests.api.conftest import client_of

    ticket = factories.ticket(contact_actor(person))
    add_note(actor=factories.operator(1), ticket_id=ticket.pk, text="canary")
    boss = factories.ContactFactory.create(customer=person.customer, sees_organisation=True)
    colleague = factories.ContactFactory.create(customer=person.customer)
    found = client_of(boss.user).get(f"{LIST}{ticket.number}/messages/")
    assert (found.status_code, b"canary" in found.content) == (200, False)
    assert client_of(colleague.user).get(f"{LIST}{ticket.number}/").status_code == 404


def test_the_address_of_every_available_transition_answers(request_: File, desk: APIClient) -> None:
    shown = desk.get(at(request_())).json()
    assert shown["available"]
    for move in shown["available"]:
        assert desk.get(move["url"]).status_code == 405, move
