"""T12 and the sweep: what cannot be done now is done later, and nothing understood is lost."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection

from common import clock
from monitoring.enums import Outcome
from monitoring.models import Delivery, Problem, Source
from monitoring.services import spooling, storing
from monitoring.services.authenticating import forget_sources
from monitoring.services.sweeping import sweep
from monitoring.tasks import process_deliveries
from tests.monitoring.bodies import problem, recovery, storm, update
from tests.monitoring.conftest import Post
from tickets.models import Category, Ticket

pytestmark = pytest.mark.django_db


@contextmanager
def database_away() -> Iterator[None]:
    """Every statement fails as it does when the server is gone."""

    def gone(*_args: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(gone):
        yield


def later(seconds: float) -> Any:
    return time_machine.travel(clock.now() + timedelta(seconds=seconds), tick=False)


def test_t12_alerts_are_spooled_while_the_database_is_away_and_drained_in_order(post: Post) -> None:
    post(problem(1))
    with database_away():
        answers = [post(body) for body in (update(1), recovery(1), problem(2, trigger_id="9"), problem(2))]
    assert [answer.status_code for answer in answers] == [202] * 4
    assert [answer.json()["state"] for answer in answers] == ["open", "resolved", "open", "open"]
    assert answers[0].json()["tags"]["__zbx_helpdesk_event"] == "hall-1-1"
    assert spooling.is_waiting()
    with later(10):
        assert sweep() == 3
    assert not spooling.is_waiting()
    assert [d.dedupe_key.split(":")[:2] for d in Delivery.objects.order_by("pk")] == [
        ["1", "P"], ["1", "U"], ["1", "R"], ["2", "P"],
    ]  # fmt: skip
    assert Problem.objects.get(event_id=1).state == "resolved"
    assert Ticket.objects.count() == 2


def test_spooled_body_is_kept_byte_for_byte(post: Post) -> None:
    raw = json.dumps(problem(1), indent=3, ensure_ascii=False).encode()
    with database_away():
        post(b"[]")
    post(problem(2))
    with database_away():
        post(raw)
    sweep()
    assert bytes(Delivery.objects.get(event_id=1).raw) == raw


def test_desk_that_never_knew_its_sources_asks_for_a_retry(post: Post) -> None:
    forget_sources()
    with database_away():
        answer = post(problem())
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_wrong_token_is_refused_even_while_the_database_is_away(post: Post) -> None:
    post(problem(1))
    with database_away():
        assert post(problem(2), token="wrong").status_code == 401
    assert not spooling.is_waiting()


def test_line_cut_off_by_a_crash_does_not_hide_the_others(post: Post, source: Source) -> None:
    post(problem(1))
    with database_away():
        post(problem(2))
    with open(spooling.folder() / "current.jsonl", "ab") as file:
        file.write(b'{"source": 1, "at": "2026-')
    with later(10):
        assert sweep() == 1


def test_spool_of_a_deleted_source_does_not_block_the_rest(post: Post, source: Source) -> None:
    spooling.spool(source_id=999_999, raw=json.dumps(problem(5)).encode(), received_at=clock.now())
    spooling.spool(source_id=source.pk, raw=json.dumps(problem(6)).encode(), received_at=clock.now())
    with later(10):
        assert sweep() == 1
    assert not spooling.is_waiting()


def test_file_left_by_a_sweep_that_died_is_drained_once_more_without_harm(post: Post, source: Source) -> None:
    spooling.spool(source_id=source.pk, raw=json.dumps(problem(1)).encode(), received_at=clock.now())
    (batch,) = spooling.batches()
    content = batch.read_bytes()
    with later(10):
        sweep()
        batch.write_bytes(content)
        sweep()
    assert (Ticket.objects.count(), Delivery.objects.get().seen_count) == (1, 2)


def test_alert_that_cannot_be_worked_off_is_kept_answered_202_and_finished_by_the_sweep(post: Post) -> None:
    Category.objects.filter(code="EM.MON").update(is_active=False)
    answer = post(problem())
    assert (answer.status_code, answer.json()["state"]) == (202, "open")
    owed = Delivery.objects.get()
    assert (owed.processed_at, owed.attempts) == (None, 1)
    assert "EM.MON" in owed.error
    Category.objects.filter(code="EM.MON").update(is_active=True)
    assert process_deliveries() == 0
    with later(6):
        assert process_deliveries() == 1
    owed.refresh_from_db()
    assert (owed.outcome, owed.error) == (Outcome.OPENED, "")
    assert Ticket.objects.count() == 1


def test_duplicate_of_an_alert_still_owed_is_answered_202(post: Post) -> None:
    Category.objects.update(is_active=False)
    post(problem())
    answer = post(problem())
    assert (answer.status_code, answer.json()["duplicate"]) == (202, True)


def test_poisoned_delivery_does_not_stop_the_others_and_is_tried_more_and_more_rarely(post: Post) -> None:
    Category.objects.filter(code="EM.MON").update(is_active=False)
    post(problem(1))
    Category.objects.filter(code="MR.DIAG").update(is_active=False)
    post(problem(2, nseverity="1", trigger_id="2"))
    Category.objects.filter(code="MR.DIAG").update(is_active=True)
    waits = []
    for day in range(1, 5):
        with later(day * 86_400):
            sweep()
            owed = Delivery.objects.get(event_id=1)
            assert owed.retry_at is not None
            waits.append((owed.retry_at - clock.now()).total_seconds())
    assert waits == sorted(waits)
    assert waits[-1] > 4 * waits[0]
    assert Delivery.objects.get(event_id=2).outcome == Outcome.OPENED


def test_row_of_a_request_that_died_is_taken_over_after_its_grace(post: Post, source: Source) -> None:
    from monitoring.adapters import zabbix

    alert, raw = zabbix.read(problem(1)), json.dumps(problem(1)).encode()
    storing.store(source_id=source.pk, alert=alert, raw=raw, received_at=clock.now())
    assert sweep() == 0
    with later(4):
        assert sweep() == 1
    assert Ticket.objects.count() == 1


@pytest.mark.slow
def test_storm_of_500_hosts_loses_nothing(post: Post) -> None:
    """All 500 problems and every fifth recovery, in the order and with the bodies of the recording."""
    recovered = 0
    for body in storm():
        if body["event_value"] == "0" and int(body["event_id"]) % 5:
            continue
        answer = post(body)
        assert answer.status_code == 200
        recovered += answer.json()["state"] == "resolved"
    assert (Ticket.objects.count(), Problem.objects.count(), recovered) == (500, 500, 100)
    assert Ticket.objects.filter(state="resolved").count() == 100
    assert not Delivery.objects.filter(processed_at__isnull=True).exists()
