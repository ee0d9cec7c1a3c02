"""Sources that are no Zabbix: Prometheus Alertmanager, and the desk's own JSON."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Actor
from monitoring.enums import ProblemState, RejectReason, SourceKind
from monitoring.models import Delivery, Problem, RejectedDelivery, Source
from monitoring.services.authenticating import forget_sources
from monitoring.services.sourcing import create_source
from tests.monitoring.bodies import problem
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
Post = Callable[..., Any]


def poster(client: Client, kind: SourceKind) -> Post:
    _source, token = create_source(actor=Actor.system(), kind=kind, name=kind.value)
    Source.objects.update(hold_seconds=0)
    forget_sources()

    def send(body: Any, address: str = kind.value) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body)
        return client.post(
            f"/api/monitoring/{address}/v1/events", data, content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip

    return send


@pytest.fixture
def alertmanager(client: Client) -> Post:
    return poster(client, SourceKind.ALERTMANAGER)


@pytest.fixture
def generic(client: Client) -> Post:
    return poster(client, SourceKind.GENERIC)


def group(*alerts: dict[str, Any]) -> dict[str, Any]:
    return {"version": "4", "groupKey": "{}", "status": "firing", "receiver": "desk", "alerts": list(alerts)}


def firing(fingerprint: str = "a1", **fields: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": "HostDown", "instance": "db-1:9100", "severity": "critical"},
        "annotations": {"summary": "db-1 does not answer"},
        "startsAt": "2026-11-26T03:00:00.123Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example/graph?g0.expr=up",
        "fingerprint": fingerprint,
        **fields,
    }


def resolved(fingerprint: str = "a1", **fields: Any) -> dict[str, Any]:
    return firing(fingerprint, **{"status": "resolved", "endsAt": "2026-11-26T03:05:00Z", **fields})


def event(**fields: Any) -> dict[str, Any]:
    return {"schema": "1", "id": "backup-7", "state": "problem", "name": "Backup failed", **fields}


def test_group_of_alertmanager_becomes_a_problem_for_each_alert(alertmanager: Post) -> None:
    answer = alertmanager(group(firing("a1"), firing("b2")))
    assert answer.status_code == 200
    assert [one["state"] for one in answer.json()["results"]] == ["open", "open"]
    found = Problem.objects.order_by("pk")[0]
    assert (found.name, found.host, found.severity) == ("db-1 does not answer", "db-1", 5)
    assert found.source_link == "http://prometheus.example/graph?g0.expr=up"
    assert Ticket.objects.count() == 2


def test_what_still_fires_is_repeated_and_stays_one(alertmanager: Post) -> None:
    for _again in range(3):
        assert alertmanager(group(firing())).status_code == 200
    assert Ticket.objects.count() == 1
    assert Delivery.objects.get().seen_count == 3


def test_resolved_alert_recovers_the_failure_it_names_and_no_later_one(alertmanager: Post) -> None:
    alertmanager(group(firing()))
    alertmanager(group(firing(startsAt="2026-11-26T04:00:00Z")))
    alertmanager(group(resolved()))
    states = Problem.objects.order_by("started_at").values_list("state", flat=True)
    assert list(states) == [ProblemState.RESOLVED, ProblemState.OPEN]


def test_one_broken_alert_of_a_group_stops_no_other(alertmanager: Post) -> None:
    answer = alertmanager(group(firing("a1"), {"status": "firing"}, 7))  # type: ignore[arg-type]
    assert [one["ok"] for one in answer.json()["results"]] == [True, False, False]
    assert Problem.objects.count() == 1
    row = RejectedDelivery.objects.get()
    assert (row.reason, row.count) == (RejectReason.FIELDS, 2)


def test_alert_that_nobody_graded_is_average(alertmanager: Post) -> None:
    alertmanager(group(firing(labels={"alertname": "Odd", "severity": "ticket"})))
    assert Problem.objects.get().severity == 3


def test_own_json_opens_updates_and_recovers(generic: Post) -> None:
    generic(event(severity="high", host="nas-1", check="backup", tags={"scope": "capacity"}))
    ticket = Ticket.objects.get()
    generic(event(state="update", comment="disk ordered", author="duty", severity="high"))
    generic(event(state="recovery", severity="high"))
    assert Problem.objects.get().state == ProblemState.RESOLVED
    assert "disk ordered" in "\n".join(ticket.messages.values_list("text", flat=True))


def test_own_json_names_each_field_that_is_wrong(generic: Post) -> None:
    answer = generic({"schema": "1", "state": "broken", "severity": "hgih", "tags": []})
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["errors"]} == {"state", "id", "severity", "tags"}
    assert 'severity = "hgih"' in RejectedDelivery.objects.get().detail


def test_test_event_stores_nothing(generic: Post) -> None:
    assert generic({"schema": "1", "state": "test"}).json() == {"test": True}
    assert not Delivery.objects.exists()


def test_token_at_the_address_of_another_kind_is_told_the_right_one(generic: Post) -> None:
    answer = generic(problem(), address="zabbix")
    assert answer.status_code == 422
    assert "/api/monitoring/generic/v1/events" in answer.json()["detail"]
    assert RejectedDelivery.objects.get().reason == RejectReason.KIND
    assert not Delivery.objects.exists()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_alert_whatever_it_holds_is_a_server_error(alertmanager: Post, data: st.DataObject) -> None:
    known = firing()
    one = {**known, data.draw(st.sampled_from(sorted(known))): data.draw(anything)}
    answer = alertmanager(group(one))
    assert answer.status_code in (200, 202, 422), answer.content


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_event_whatever_it_holds_is_a_server_error(generic: Post, data: st.DataObject) -> None:
    known = event(host="x", check="y", severity="1", tags={}, started_at=1, link="")
    answer = generic({**known, data.draw(st.sampled_from(sorted(known))): data.draw(anything)})
    assert answer.status_code in (200, 202, 422), answer.content
