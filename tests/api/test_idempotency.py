"""`Idempotency-Key`: one effect, whatever the network does."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction
from rest_framework.test import APIClient

from accounts.models import Contact
from common import clock, idempotency
from common.models import IdempotencyKey
from common.tasks import sweep_idempotency_keys
from tests import factories
from tests.api.conftest import client_of
from tickets.models import Ticket

LIST = "/api/v1/tickets/"
BODY = {"subject": "A", "body": "B"}
KEY = {"HTTP_IDEMPOTENCY_KEY": "order-1"}


@pytest.mark.django_db
def test_the_same_request_again_gets_the_same_answer(desk: APIClient) -> None:
    first, again = (desk.post(LIST, BODY, **KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (again["Location"], again["ETag"]) == (first["Location"], first["ETag"])
    assert (first.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")
    assert Ticket.objects.count() == 1


@pytest.mark.django_db
def test_the_order_of_members_makes_no_other_body(desk: APIClient) -> None:
    desk.post(LIST, b'{"subject": "A", "body": "B"}', content_type="application/json", **KEY)
    again = desk.post(LIST, b'{ "body":"B","subject":"A"}', content_type="application/json", **KEY)
    assert again["Idempotent-Replayed"] == "true"


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_422(desk: APIClient) -> None:
    desk.post(LIST, BODY, **KEY)
    answer = desk.post(LIST, {**BODY, "body": "C"}, **KEY)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert Ticket.objects.count() == 1


@pytest.mark.django_db
def test_a_form_with_the_same_file_is_the_same_body_and_another_file_is_not(desk: APIClient) -> None:
    def send(content: bytes) -> Any:
        form = {**BODY, "attachments": SimpleUploadedFile("a.log", content)}
        return desk.post(LIST, form, format="multipart", **KEY)

    assert send(b"1").status_code == 201
    assert send(b"1")["Idempotent-Replayed"] == "true"
    assert send(b"2").status_code == 422


@pytest.mark.django_db
def test_customers_contacts_and_articles_are_made_once_too(admin: APIClient, person: Contact) -> None:
    for path, body in (
        ("customers", {"code": "new", "name": "New"}),
        ("contacts", {"customer": person.customer_id, "name": "Engineer on duty"}),
        ("articles", {"texts": {"en": {"title": "A", "body": "B"}}}),
    ):
        key = {"HTTP_IDEMPOTENCY_KEY": f"key-of-{path}"}
        first, again = (admin.post(f"/api/v1/{path}/", body, **key) for _ in range(2))
        assert (first.status_code, again.json(), again["Idempotent-Replayed"]) == (
            201,
            first.json(),
            "true",
        ), path
        assert admin.get(first["Location"]).status_code == 200


@pytest.mark.django_db
def test_keys_of_two_callers_are_two_keys(desk: APIClient, customer: APIClient) -> None:
    desk.post(LIST, BODY, **KEY)
    assert "Idempotent-Replayed" not in customer.post(LIST, BODY, **KEY)
    assert Ticket.objects.count() == 2


@pytest.mark.django_db
def test_a_refused_request_leaves_its_key_free(desk: APIClient) -> None:
    assert desk.post(LIST, {**BODY, "customer": 10**9}, **KEY).status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert desk.post(LIST, BODY, **KEY).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "a b", "ключ", "x" * 256])
def test_a_key_that_is_none_is_400(desk: APIClient, key: str) -> None:
    assert desk.post(LIST, BODY, HTTP_IDEMPOTENCY_KEY=key).status_code == 400


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_day_and_swept(desk: APIClient) -> None:
    desk.post(LIST, BODY, **KEY)
    assert sweep_idempotency_keys() == 0
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=True):
        assert "Idempotent-Replayed" not in desk.post(LIST, {**BODY, "body": "C"}, **KEY)
    assert Ticket.objects.count() == 2
    with time_machine.travel(clock.now() + timedelta(hours=50), tick=True):
        assert sweep_idempotency_keys() == 1


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """What each work gave, all begun together on connections of their own."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(index: int) -> None:
        try:
            barrier.wait(20)
            results[index] = works[index]()
        except Exception as error:
            results[index] = error  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def _race(parallel: int = 50) -> list[Any]:
    user = factories.OperatorFactory.create().user
    clients = [client_of(user) for _ in range(parallel)]
    return at_once([lambda client=client: client.post(LIST, BODY, **KEY) for client in clients])


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_fifty_at_once_with_one_key_are_one_ticket() -> None:
    answers = _race()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer for answer in answers) == 1
    assert Ticket.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_control_without_the_claim_the_race_makes_many_tickets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the unique claim protects from: looking for the key first and writing it afterwards."""

    def look_first(request: Any, *, owner: str, work: Callable[[], idempotency.Answer]) -> Any:
        if IdempotencyKey.objects.filter(owner=owner, key="order-1").exists():
            return idempotency.Answer(201, {"number": ""}).response(replayed=True)
        with transaction.atomic():
            answer = work()
            IdempotencyKey.objects.bulk_create(
                [IdempotencyKey(owner=owner, key="order-1", created_at=clock.now())], ignore_conflicts=True
            )
        return answer.response()

    monkeypatch.setattr("tickets.api.tickets.answer_once", look_first)
    _race(12)
    assert Ticket.objects.count() > 1
