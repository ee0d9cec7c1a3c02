"""The telephone's door: signed, idempotent, and never confused by the order in which events come."""

import json
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import ContactAddress
from common import clock
from messaging.enums import CallState, Channel
from messaging.models import Call, InboundMessage
from messaging.services.calls.events import CallEvent, UnreadableEventError, parse_event, sign
from messaging.services.calls.folding import fold
from messaging.services.receiving import ensure_source
from tests.factories import ContactFactory, OperatorFactory

ADDRESS = "/api/messaging/calls/v1/events"
SECRET = "a-secret-of-the-exchange"


@pytest.fixture(autouse=True)
def office(settings: Any) -> None:
    settings.PHONE_SOURCES = {"office": [SECRET, "an-older-secret"]}


def event(kind: str = "queued", **more: Any) -> dict[str, Any]:
    return {
        "event_id": f"e-{kind}",
        "call_id": "c-1",
        "type": kind,
        "from": "+73832000000",
        "to": "88000000000",
        **more,
    }


def post(body: Any, *, secret: str = SECRET, source: str = "office", age: int = 0, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp = str(int(clock.now().timestamp()) - age)
    signed = {
        "X-Desk-Source": source,
        "X-Desk-Timestamp": timestamp,
        "X-Desk-Signature": f"sha256={sign(secret, timestamp, content)}",
        **headers,
    }
    return Client().post(ADDRESS, data=content, content_type="application/json", headers=signed)


@pytest.mark.django_db(transaction=True)
def test_a_signed_event_is_stored_and_shown_at_once() -> None:
    answer = post(event())
    assert (answer.status_code, answer.json()) == (202, {"status": "taken", "new": True})
    call = Call.objects.get()
    assert (call.state, call.caller) == (CallState.QUEUED, "+73832000000")


@pytest.mark.django_db(transaction=True)
def test_both_secrets_are_good_while_one_is_being_changed() -> None:
    assert post(event(), secret="an-older-secret").status_code == 202


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "how",
    [
        {"secret": "wrong"}, {"source": "nobody"}, {"age": 301}, {"age": -301}, {"X-Desk-Timestamp": "soon"},
        {"X-Desk-Signature": ""}, {"X-Desk-Signature": "ключ"},
    ],
    ids=str,
)  # fmt: skip
def test_an_unsigned_an_old_or_a_foreign_event_is_refused(how: dict[str, Any]) -> None:
    answer = post(event(), **how)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert not InboundMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"{", "JSON"), (b"[]", "object"), ({"call_id": "1"}, "type"), ({"type": "queued"}, "call_id"),
        (event(at="yesterday"), "at"), (event(at="2026-01-01T10:00:00"), "at"), (event(recording_url="javascript:x"), "recording_url"),
        (event(**{"from": {"a": 1}}), "from"),
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_event_is_told_what_is_wrong_with_it(body: Any, word: str) -> None:
    answer = post(body)
    assert answer.status_code == 400
    assert word in answer.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_a_replayed_event_changes_nothing() -> None:
    post(event())
    first = Call.objects.values().get()
    assert post(event()).json()["new"] is False
    assert (Call.objects.values().get(), InboundMessage.objects.count()) == (first, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("caller", ["<script>alert(1)</script>", "=HYPERLINK(1)", "9" * 500, "\u202eabc", ""])
def test_a_hostile_caller_id_is_data(caller: str) -> None:
    assert post(event(**{"from": caller})).status_code == 202
    assert len(Call.objects.get().caller) <= 64


STEPS = [("ringing", 0), ("queued", 2), ("answered", 12), ("ended", 60)]


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_events_in_any_order_and_twice_make_the_same_call(order: tuple[int, ...]) -> None:
    began = clock.now() - timedelta(minutes=5)
    inbound = InboundMessage(mailbox=ensure_source(Channel.PHONE, "office"), received_at=clock.now())
    for number in (*order, *order):
        kind, second = STEPS[number]
        at = (began + timedelta(seconds=second)).isoformat()
        fold(
            inbound,
            parse_event(
                json.dumps(event(kind, at=at, operator="101" if kind == "answered" else "")).encode()
            ),
        )
    call = Call.objects.get()
    seconds = [
        (at - began).total_seconds()
        for at in (call.began_at, call.queued_at, call.answered_at, call.ended_at)
        if at
    ]
    assert (call.state, seconds) == (CallState.ENDED, [0, 2, 12, 60])


@pytest.mark.django_db
def test_a_call_that_ends_without_a_person_is_missed_whatever_it_is_called() -> None:
    inbound = InboundMessage(mailbox=ensure_source(Channel.PHONE, "office"), received_at=clock.now())
    assert fold(inbound, parse_event(json.dumps(event("ended")).encode())).state == CallState.MISSED


@pytest.mark.django_db
def test_caller_and_operator_are_recognised() -> None:
    contact, operator = ContactFactory.create(), OperatorFactory.create(extension="101")
    ContactAddress.objects.create(contact=contact, kind="phone", value="+73832000000")
    inbound = InboundMessage(mailbox=ensure_source(Channel.PHONE, "office"), received_at=clock.now())
    call = fold(
        inbound, parse_event(json.dumps(event(**{"from": "8 (383) 200-00-00", "operator": "101"})).encode())
    )
    assert (call.contact, call.operator) == (contact, operator)


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.text(), lambda x: st.dictionaries(st.text(), x)).map(
        lambda v: json.dumps(v).encode()
    )
)
def test_parsing_answers_with_an_event_or_a_reason(raw: bytes) -> None:
    try:
        found: CallEvent | UnreadableEventError = parse_event(raw)
    except UnreadableEventError as error:
        found = error
    assert isinstance(found, CallEvent) or str(found)
