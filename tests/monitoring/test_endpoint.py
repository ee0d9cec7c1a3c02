"""The door: who may post, what is answered, and that nothing understood is ever lost."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from accounts.enums import Actor
from monitoring.enums import RejectReason
from monitoring.models import Delivery, Problem, RejectedDelivery, Source
from monitoring.services.authenticating import forget_sources
from monitoring.services.sourcing import rotate_token
from tests.monitoring.bodies import problem, recovery, sample, update
from tests.monitoring.conftest import URL, Post
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_problem_is_answered_with_its_state_and_the_same_tags_every_time(post: Post, source: Source) -> None:
    first, again = post(problem(881201)), post(problem(881201))
    tags = {
        "__zbx_helpdesk_event": "hall-1-881201",
        "__zbx_helpdesk_link": "http://127.0.0.1:8000/m/hall-1/881201",
    }
    assert (first.status_code, first.json()) == (
        200, {"ok": True, "duplicate": False, "state": "open", "tags": tags},
    )  # fmt: skip
    assert again.json() == {"ok": True, "duplicate": True, "state": "open", "tags": tags}
    assert post(recovery(881201)).json()["state"] == "resolved"


def test_body_is_kept_byte_for_byte(post: Post) -> None:
    raw = sample("22")
    post(raw)
    assert bytes(Delivery.objects.get().raw) == raw


def test_test_button_is_answered_without_a_write(post: Post) -> None:
    answer = post(sample("31"))
    assert (answer.status_code, answer.json()) == (200, {"test": True})
    assert not Delivery.objects.exists()
    assert not RejectedDelivery.objects.exists()


@pytest.mark.parametrize("token", ["", "wrong", "hz_" + "x" * 43, "тайна"])
def test_wrong_token_is_turned_away_without_a_hint(client: Client, source: Source, token: str) -> None:
    answer = client.post(
        URL,
        b"{}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")},
    )
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert RejectedDelivery.objects.get().reason == RejectReason.TOKEN


def test_strangers_cost_one_statement_a_second(client: Client, django_assert_num_queries: Any) -> None:
    client.post(URL, b"{}", content_type="application/json")
    with django_assert_num_queries(0):
        for _ in range(20):
            assert client.post(URL, b"{}", content_type="application/json").status_code == 401


def test_source_that_is_switched_off_is_turned_away(post: Post, source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(is_active=False)
    forget_sources()
    assert post(problem()).status_code == 401


def test_both_tokens_work_during_a_rotation(post: Post, token: str, source: Source) -> None:
    _source, new = rotate_token(actor=Actor.system(), source_id=source.pk)
    forget_sources()
    assert post(problem(1), token=token).status_code == 200
    assert post(problem(2), token=new).status_code == 200
    Source.objects.update(previous_valid_until="2020-01-01T00:00:00Z")
    forget_sources()
    assert post(problem(3), token=token).status_code == 401


def test_caller_outside_the_allowed_networks_is_turned_away(post: Post, source: Source) -> None:
    Source.objects.update(allowed_networks=["192.0.2.0/24"])
    forget_sources()
    assert post(problem()).status_code == 401
    assert post(problem(), REMOTE_ADDR="192.0.2.7").status_code == 200
    assert RejectedDelivery.objects.get().reason == RejectReason.NETWORK


def test_plain_http_is_refused_in_production_and_never_redirected(post: Post, settings: Any) -> None:
    settings.SECURE_HTTPS = settings.SECURE_SSL_REDIRECT = True
    answer = post(problem())
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:helpdesk:problem:insecure")
    assert post(problem(), secure=True).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"", 422, RejectReason.NOT_JSON),
        (b'{"schema": "1", "event_id": NaN}', 422, RejectReason.NOT_JSON),
        (b"not json", 422, RejectReason.NOT_JSON),
        (b"[1]", 422, RejectReason.SHAPE),
        (problem(schema="2"), 422, RejectReason.SCHEMA),
        (problem(event_id="x1"), 422, RejectReason.EVENT_ID),
        (problem(trigger_id=None), 422, RejectReason.FIELDS),
        (problem(opdata="x" * 300_000), 413, RejectReason.TOO_LARGE),
    ],
)
def test_bad_body_gets_a_problem_document_and_is_noted(
    post: Post, source: Source, body: Any, status: int, reason: RejectReason
) -> None:
    answer = post(body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:helpdesk:problem:{reason}"
    assert answer.json()["detail"]
    noted = RejectedDelivery.objects.get()
    assert (noted.source, noted.reason, noted.count) == (source, reason, 1)
    assert not Delivery.objects.exists()


def test_rejections_of_one_minute_are_one_row_with_a_count(post: Post) -> None:
    for _ in range(5):
        post(problem(nseverity="11"))
    noted = RejectedDelivery.objects.get()
    assert noted.count == 5
    assert "nseverity" in noted.detail
    assert noted.text.startswith('{"schema"')


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_only_post_is_understood(client: Client, method: str) -> None:
    answer = getattr(client, method)(URL)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_address_with_a_slash_at_the_end_is_answered_not_redirected(client: Client, token: str) -> None:
    answer = client.post(
        URL + "/",
        json.dumps(problem()),
        content_type="application/json",
        headers={"Authorization": f"bearer {token}"},
    )
    assert answer.status_code == 200


def test_array_is_taken_element_by_element(post: Post) -> None:
    answer = post([problem(1), problem(1, nseverity="99"), update(1), problem(1)])
    results = answer.json()["results"]
    assert answer.status_code == 200
    assert [result["ok"] for result in results] == [True, False, True, True]
    assert results[1]["code"] == RejectReason.FIELDS
    assert results[3]["duplicate"] is True
    assert Delivery.objects.count() == 2


def test_array_of_refusals_only_is_a_refusal(post: Post) -> None:
    assert post([problem(schema="9")]).status_code == 422
    assert post([]).json() == {"ok": True, "results": []}


def test_discovery_events_are_stored_and_ignored(post: Post) -> None:
    answer = post(problem(event_source="1"))
    assert (answer.status_code, answer.json()["state"]) == (200, "ignored")
    assert Delivery.objects.get().outcome == "ignored"
    assert not Problem.objects.exists()


def test_unknown_host_still_opens_a_ticket(post: Post) -> None:
    assert post(problem(host_id1="*UNKNOWN*", host1=None, host_name1=None)).status_code == 200
    assert Ticket.objects.get().customer is None


def test_answer_needs_no_session_and_leaves_no_cookie(post: Post) -> None:
    assert not post(problem()).cookies


def test_hostile_text_is_kept_and_breaks_nothing(post: Post) -> None:
    text = "'; DROP TABLE tickets_ticket; -- \u0000 \ud83d %s {{7*7}} <script>alert(1)</script>"
    raw = json.dumps(problem(event_name=text, host_name1=text[:100], update_message=text)).encode()
    assert post(raw).status_code == 200
    assert "<script>" in Ticket.objects.get().subject


def test_source_is_marked_as_alive(post: Post, source: Source) -> None:
    post(problem())
    source.refresh_from_db()
    assert source.last_seen_at is not None


@tuned(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from(sorted(problem())), ANYTHING, max_size=4))
def test_whatever_a_field_holds_the_answer_is_never_a_server_error(
    post: Post, changes: dict[str, Any]
) -> None:
    answer = post({**problem(), **changes})
    assert answer.status_code in (200, 422), answer.content
    assert not Delivery.objects.filter(processed_at__isnull=True).exists()


@tuned(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
    | ANYTHING.map(lambda v: json.dumps(v).encode())
)
def test_whatever_bytes_come_the_answer_is_never_a_server_error(post: Post, raw: bytes) -> None:
    assert post(raw).status_code in (200, 422)
