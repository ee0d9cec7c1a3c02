"""Every refusal is a problem document, whatever was sent."""

import asyncio
import base64
import json
import time
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Contact, Operator
from helpdesk.asgi import Application
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
LIST = "/api/v1/tickets/"
OK = {"subject": "A", "body": "B"}


def refused(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:helpdesk:problem:")
    assert body["title"]
    return body


def test_nobody_is_401_with_the_scheme_to_use(db: None) -> None:
    for path in (LIST, "/api/v1/me/", "/api/v1/nowhere/", "/api/v1/", "/api/schema/"):
        answer = APIClient().get(path)
        refused(answer, 401)
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["", "x", "hd_wrong", "hd_" + "ф" * 40, "\x00"])
def test_a_wrong_token_is_401_even_beside_a_session(first: Operator, token: str) -> None:
    client = APIClient()
    client.force_login(first.user)
    refused(client.get("/api/v1/me/", HTTP_AUTHORIZATION=f"Bearer {token}"), 401)


@pytest.mark.parametrize(
    "path", ["nowhere/", "tickets", "tickets/x/", "customers/99999999999999999999/", "tickets/26-1/"]
)
def test_an_unknown_address_is_404_and_never_a_redirect(desk: APIClient, path: str) -> None:
    refused(desk.get(f"/api/v1/{path}"), 404)
    refused(desk.post(f"/api/v1/{path}", {}), 404)


def test_a_method_that_is_not_there_is_405(desk: APIClient) -> None:
    answer = desk.delete(LIST)
    refused(answer, 405)
    assert "GET" in answer["Allow"]


def test_another_language_than_json_is_415_and_406(desk: APIClient) -> None:
    refused(desk.post(LIST, "<x/>", content_type="application/xml"), 415)
    refused(desk.post(LIST, "a=b", content_type="application/x-www-form-urlencoded"), 415)
    refused(desk.get(LIST, HTTP_ACCEPT="text/html"), 406)


BROKEN = {
    "no JSON": b'{"subject": ',
    "no UTF-8": b'{"subject": "\xff"}',
    "a list": b"[1]",
    "a number": b"5",
    "NaN": b'{"subject": "A", "body": "B", "service": NaN}',
    "infinity": b'{"subject": "A", "body": "B", "service": 1e999}',
    "beyond 64 bits": b'{"subject": "A", "body": "B", "service": 9223372036854775808}',
    "5000 digits": b'{"subject": "A", "body": "B", "service": ' + b"9" * 5000 + b"}",
    "10000 deep": b"[" * 10_000 + b"]" * 10_000,
    "NUL": b'{"subject": "A\\u0000", "body": "B"}',
    "half a character": b'{"subject": "\\ud800", "body": "B"}',
    "half a character as a key": b'{"\\udfff": "A", "subject": "A", "body": "B"}',
    "half a character as a choice": b'{"subject": "A", "body": "B", "channel": "\\ud83d"}',
    "an object as text": b'{"subject": {"a": 1}, "body": ["B"]}',
    "an object as a choice": b'{"subject": "A", "body": "B", "channel": {"$ne": 1}}',
    "true as an id": b'{"subject": "A", "body": "B", "contact": true}',
    "year one": b'{"subject": "A", "body": "B", "received_at": "0001-01-01T00:00:00+14:00"}',
    "nothing but blanks": b'{"subject": "   ", "body": "B"}',
    "too long": b'{"subject": "' + b"A" * 301 + b'", "body": "B"}',
    "files as JSON": b'{"subject": "A", "body": "B", "attachments": ["x"]}',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_body_that_cannot_be_is_400_and_writes_nothing(desk: APIClient, body: bytes) -> None:
    refused(desk.post(LIST, body, content_type="application/json"), 400)
    assert not Ticket.objects.exists()


def test_a_body_over_the_limit_is_413(desk: APIClient) -> None:
    refused(desk.post(LIST, b" " * (2 * 1024**2 + 1), content_type="application/json"), 413)


def test_a_form_of_too_many_parts_is_a_problem_too(desk: APIClient) -> None:
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(600)
    )
    refused(desk.post(LIST, parts + b"--x--\r\n", content_type="multipart/form-data; boundary=x"), 400)
    refused(desk.post(LIST, b"garbage", content_type="multipart/form-data"), 400)


def test_control_characters_of_a_subject_never_reach_a_header_or_a_list(desk: APIClient) -> None:
    answer = desk.post(LIST, {"subject": "A\r\nBcc: x@y.example\tB", "body": "B\r\nC"})
    assert answer.json()["subject"] == "A Bcc: x@y.example B"


@pytest.mark.parametrize(
    "query",
    [
        "ordering=password", "ordering=-assignee__password", "assignee__user__password=1", "page_size=0",
        "page_size=-1", "page_size=x", "cursor=AAAA", "cursor=%00", "cursor=WyJhIl0", "state=lost", "line=9",
        "assignee=9223372036854775808", "assignee=0", "customer=x", "updated_since=yesterday",
        "updated_since=2161-07-28T11:43:32-22:25",
        "updated_since=0001-01-01T00:00:00%2B14:00", "q=%00", "format=xml",
        "_connector=OR", "open=perhaps&x=1",
    ],
)  # fmt: skip
def test_a_parameter_that_is_not_on_the_list_is_400(desk: APIClient, query: str) -> None:
    refused(desk.get(f"{LIST}?{query}"), 400)


@pytest.mark.parametrize("name", ["line", "assignee", "customer"])
def test_the_desks_filters_are_not_a_contacts(customer: APIClient, name: str) -> None:
    refused(customer.get(f"{LIST}?{name}=1"), 400)


def test_a_session_without_a_csrf_token_changes_nothing(first: Operator) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(first.user)
    assert client.get("/api/v1/me/").status_code == 200
    for kind in ("application/json", "text/plain"):
        refused(client.post(LIST, json.dumps(OK), content_type=kind), 403)
    assert not Ticket.objects.exists()


def test_a_giant_header_is_refused_at_once(desk: APIClient) -> None:
    begin = time.perf_counter()
    refused(desk.get(LIST, HTTP_ACCEPT="a/b;q=0.1," * 60_000), 406)
    assert time.perf_counter() - begin < 2


def test_headers_over_the_limit_never_reach_django() -> None:
    """Django reads a content type of 400 KB for seconds before any view could refuse it."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    def django(*_: Any) -> Any:
        raise AssertionError("Django was asked")

    scope = {
        "type": "http", "method": "POST", "path": LIST, "query_string": b"",
        "headers": [(b"content-type", b"application/json;" + b"a=b;" * 100_000)],
    }  # fmt: skip
    asyncio.run(Application(django)(scope, receive, send))
    assert sent[0]["status"] == 431


def test_answers_are_never_kept_by_a_shared_cache(desk: APIClient) -> None:
    answer = desk.get(LIST)
    assert {"private", "no-store"} <= set(answer["Cache-Control"].replace(",", " ").split())


def test_a_failure_of_ours_is_a_problem_without_its_cause(first: Operator, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.api.broken_urls"
    client = APIClient(raise_request_exception=False)
    body = refused(client.get("/api/v1/boom/"), 500)
    assert body["request_id"]
    assert "secret" not in json.dumps(body)


def test_a_deactivated_contact_is_nobody(person: Contact, customer: APIClient) -> None:
    person.is_active = False
    person.save()
    refused(customer.get(LIST), 403)


def test_an_offset_that_postgresql_does_not_take_is_a_moment_all_the_same(desk: APIClient) -> None:
    """Found by a machine: PostgreSQL refuses offsets beyond sixteen hours with an error."""
    assert desk.get(f"{LIST}?updated_since=2026-07-28T11:43:32-22:25").status_code == 200
    assert desk.post(LIST, {**OK, "received_at": "2026-07-28T11:43:32-22:25"}).status_code == 201
    forged = base64.urlsafe_b64encode(
        json.dumps(["updated_at", "2026-07-28T11:43:32-22:25", 1]).encode()
    ).decode()
    assert desk.get(f"{LIST}?ordering=updated_at&cursor={forged}").status_code == 200
