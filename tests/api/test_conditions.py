"""ETag and If-Match: nobody overwrites what they have not seen."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
File = Callable[..., dict[str, Any]]


def test_a_change_to_the_version_seen_is_made_and_gives_the_next_one(request_: File, desk: APIClient) -> None:
    path = f"/api/v1/tickets/{request_()['number']}/"
    tag = desk.get(path)["ETag"]
    moved = desk.post(f"{path}accept/", HTTP_IF_MATCH=tag)
    assert moved.status_code == 200
    assert moved["ETag"] != tag
    assert desk.get(path)["ETag"] == moved["ETag"]


@pytest.mark.parametrize(
    ("name", "body"), [("accept", {}), ("reply", {"text": "A"}), ("note", {"text": "A"})]
)
def test_a_change_to_another_version_is_412_and_changes_nothing(
    request_: File, desk: APIClient, name: str, body: dict[str, Any]
) -> None:
    path = f"/api/v1/tickets/{request_()['number']}/"
    seen = desk.get(path)["ETag"]
    desk.post(f"{path}note/", {"text": "Somebody was faster."})
    before = desk.get(path).json()
    answer = desk.post(f"{path}{name}/", body, HTTP_IF_MATCH=seen)
    assert (answer.status_code, answer["Content-Type"]) == (412, "application/problem+json")
    assert answer.json()["version"] == before["version"]
    assert desk.get(path).json() == before


def test_a_contacts_stale_message_is_412(request_: File, customer: APIClient, desk: APIClient) -> None:
    path = f"/api/v1/tickets/{request_()['number']}/"
    seen = customer.get(path)["ETag"]
    desk.post(f"{path}reply/", {"text": "Is it solved?"})
    assert customer.post(f"{path}reply/", {"text": "Hello?"}, HTTP_IF_MATCH=seen).status_code == 412


@pytest.mark.parametrize("tag", ["7", '"x"', '"1", "2"', "", '"99999999999999"'])
def test_a_tag_that_is_not_ours_is_400(request_: File, desk: APIClient, tag: str) -> None:
    path = f"/api/v1/tickets/{request_()['number']}/"
    assert desk.post(f"{path}accept/", HTTP_IF_MATCH=tag).status_code == 400


def test_a_star_takes_any_version(request_: File, desk: APIClient) -> None:
    path = f"/api/v1/tickets/{request_()['number']}/"
    assert desk.post(f"{path}accept/", HTTP_IF_MATCH="*").status_code == 200


def test_an_article_is_changed_only_as_it_was_seen(admin: APIClient) -> None:
    texts = {"en": {"title": "A", "body": "B"}}
    made = admin.post("/api/v1/articles/", {"texts": texts})
    path = f"/api/v1/articles/{made.json()['code']}/"
    changed = admin.patch(path, {"categories": ["EM.NET"]}, HTTP_IF_MATCH=made["ETag"])
    assert (changed.status_code, changed.json()["categories"]) == (200, ["EM.NET"])
    assert changed.json()["texts"][0]["title"] == "A"
    assert admin.patch(path, {"categories": []}, HTTP_IF_MATCH=made["ETag"]).status_code == 412
