"""Reading single bodies: no database is touched."""

import json
import time
from typing import Any

import pytest

from monitoring.adapters import zabbix
from monitoring.adapters.body import Element, read_body
from monitoring.adapters.values import Refused, as_moment, is_absent, is_macro
from monitoring.enums import AlertKind, RejectReason
from tests.monitoring.bodies import all_samples, problem, recovery, sample_object, update


def elements(raw: bytes) -> list[Element]:
    return read_body(raw).elements


KINDS = {
    "01": AlertKind.PROBLEM, "02": AlertKind.UPDATE, "07": AlertKind.RECOVERY, "08": AlertKind.UPDATE,
    "12": AlertKind.UPDATE, "13": AlertKind.RECOVERY, "31": AlertKind.TEST, "51": AlertKind.CANCELED,
}  # fmt: skip


@pytest.mark.parametrize(("name", "raw"), all_samples())
def test_every_recorded_body_can_be_read(name: str, raw: bytes) -> None:
    (element,) = elements(raw)
    alert = zabbix.read(element.body)
    assert element.raw == raw
    assert alert.kind == KINDS.get(name[:2], alert.kind)
    assert "{" not in alert.comment
    assert "*UNKNOWN*" not in (alert.host.address, alert.asset_tag, alert.host.name)


def test_update_after_recovery_is_an_update_although_its_value_says_recovered() -> None:
    body = sample_object("08")
    assert body["event_value"] == "0"
    assert zabbix.read(body).kind == AlertKind.UPDATE


def test_text_of_people_survives_as_written() -> None:
    alert = zabbix.read(sample_object("22"))
    assert '"двойные"' in alert.name
    assert "🔥" in alert.name
    assert alert.tags.count(("scope", "power")) == 1
    assert ("scope", "cooling") in alert.tags
    assert ("empty", "") in alert.tags


@pytest.mark.parametrize(
    "value", ["{EVENT.ID}", "{$ZABBIX.URL}", '{$HTTP.TLS.VERIFY:"Desk"}', "{{EVENT.NAME}.regsub(a,b)}"]
)
def test_macro_left_as_text_counts_as_absent(value: str) -> None:
    assert is_macro(value)
    assert is_absent(value)


@pytest.mark.parametrize("value", ["{ok}", '{"acknowledge":true}', "see {EVENT.ID} here", "{}"])
def test_text_with_braces_is_not_a_macro(value: str) -> None:
    assert not is_absent(value)


def test_required_field_that_is_missing_is_named() -> None:
    with pytest.raises(Refused) as refused:
        zabbix.read(problem(trigger_id=None, tags=None))
    assert refused.value.reason == RejectReason.FIELDS
    assert [item["field"] for item in refused.value.extra["errors"]] == ["tags", "trigger_id"]


@pytest.mark.parametrize(
    "value", ["0", "-1", "1.5", "1e3", "abc", "٣", "9" * 30, str(2**63), True, 1.5, [], {}, "1 2", None, ""]
)
def test_event_id_that_is_no_positive_number_is_refused(value: Any) -> None:
    with pytest.raises(Refused) as refused:
        zabbix.read({**problem(), "event_id": value})
    assert refused.value.reason == RejectReason.EVENT_ID


@pytest.mark.parametrize("value", ["2", "", "10", None, "one", "{SCHEMA}"])
def test_unknown_schema_is_refused(value: Any) -> None:
    with pytest.raises(Refused) as refused:
        zabbix.read({**problem(), "schema": value})
    assert refused.value.reason == RejectReason.SCHEMA


@pytest.mark.parametrize(
    ("field", "value"),
    [("nseverity", "9"), ("nseverity", "{EVENT.NSEVERITY}"), ("event_value", "2"), ("event_source", "x"),
     ("update_status", "maybe"), ("tags", "not json"), ("tags", '[{"value":1}]'), ("tags", "7"), ("event_name", {})],
)  # fmt: skip
def test_field_that_makes_no_sense_is_named(field: str, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        zabbix.read({**problem(), field: value})
    assert field in [item["field"] for item in refused.value.extra["errors"]]


def test_unresolved_host_and_tags_do_not_lose_the_alert() -> None:
    alert = zabbix.read(
        problem(host_id1="*UNKNOWN*", host1="*UNKNOWN*", host_name1="", tags="{EVENT.TAGSJSON}")
    )
    assert alert.kind == AlertKind.PROBLEM
    assert alert.hosts == ()
    assert alert.tags == ()


def test_tags_may_be_a_json_array_itself() -> None:
    assert zabbix.read(problem(tags=[{"tag": "a", "value": "b"}, {"tag": "a"}])).tags == (
        ("a", "b"),
        ("a", ""),
    )


def test_two_updates_of_an_old_server_differ_by_date_time_action_and_message() -> None:
    keys = {
        zabbix.read(body).dedupe_key
        for body in (
            update(), update(update_time="13:52:00"), update(update_date="2026.11.24"),
            update(update_message="done"), update(update_action="closed"), update(),
        )
    }  # fmt: skip
    assert len(keys) == 5


def test_update_time_given_in_seconds_wins_over_date_and_time() -> None:
    one = update(update_ts="1772438460")
    other = update(update_ts="1772438460", update_time="14:00:00", update_date="2026.01.01")
    assert zabbix.read(one).dedupe_key == zabbix.read(other).dedupe_key


def test_problem_and_recovery_keys_do_not_depend_on_the_text() -> None:
    assert zabbix.read(problem(opdata="x")).dedupe_key == zabbix.read(problem(opdata="y")).dedupe_key
    assert zabbix.read(recovery()).dedupe_key != zabbix.read(problem()).dedupe_key


def test_canceled_escalation_is_a_message_of_its_own() -> None:
    alert = zabbix.read(sample_object("51"))
    assert alert.kind == AlertKind.CANCELED
    assert alert.dedupe_key != zabbix.read({**sample_object("51"), "message": "Power lost"}).dedupe_key


@pytest.mark.parametrize("source", ["1", "2"])
def test_discovery_and_registration_are_no_alerts(source: str) -> None:
    assert zabbix.read(problem(event_source=source, nseverity="")).kind == AlertKind.OTHER


def test_service_event_needs_neither_host_nor_trigger() -> None:
    body = problem(event_source="4", host_id1=None, trigger_id=None, tags=None, update_status=None)
    assert zabbix.read(body).kind == AlertKind.PROBLEM


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x", "https://x/ y", 'https://x/"onclick="'])
def test_address_that_cannot_be_linked_is_dropped(url: str) -> None:
    assert zabbix.read(problem(zabbix_url=url)).base_url == ""


def test_nul_and_half_surrogates_never_reach_the_database() -> None:
    (element,) = elements(b'{"a": "x\\u0000y\\ud800"}')
    body = {**problem(), "event_name": element.body["a"], "opdata": element.body["a"]}
    assert zabbix.read(body).name == "xy?"


@pytest.mark.parametrize("value", ["253402300800", "0", "-5", "1e9", "13:51"])
def test_moment_that_is_not_unix_seconds_is_absent(value: str) -> None:
    assert as_moment(value) is None


@pytest.mark.parametrize(
    "raw",
    [b"", b"NaN", b'{"a": NaN}', b'{"a": Infinity}', b"{", b'{"a":1} {"b":2}', b"\xff\xfe", b"[" * 100_000,
     b'{"a":' * 50_000, b'{"a":' + b"9" * 5000 + b"}", b"[{},]", b"[{}", b"[{}] x", b"[{} {}]", b"event_id=1"],
)  # fmt: skip
def test_bytes_that_are_not_json_are_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        elements(raw)
    assert refused.value.reason == RejectReason.NOT_JSON


@pytest.mark.parametrize("raw", [b"1", b'"text"', b"null", b"[1]", b"[[]]"])
def test_json_of_another_shape_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        elements(raw)
    assert refused.value.reason == RejectReason.SHAPE


def test_elements_of_an_array_keep_their_own_bytes() -> None:
    raw = '[ {"a": "я"} ,\n{"b":  [1, 2]}]'.encode()
    first, second = elements(raw)
    assert (first.raw, second.raw) == ('{"a": "я"}'.encode(), b'{"b":  [1, 2]}')
    assert json.loads(second.raw) == second.body
    assert elements(b"[]") == []


def test_byte_order_mark_hides_no_array() -> None:
    body = read_body(b"\xef\xbb\xbf [{}, {}]")
    assert body.is_array
    assert len(body.elements) == 2


def test_long_hostile_text_is_read_quickly() -> None:
    hostile = "{{" + "}.a(" * 60_000
    started = time.perf_counter()
    zabbix.read(problem(event_name=hostile, opdata=hostile, tags=[]))
    assert time.perf_counter() - started < 1
