"""T11: several workers at once. Each race has a control that shows it without the lock."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from common import clock
from monitoring.adapters.body import Element
from monitoring.models import Delivery, Problem, Source
from monitoring.services import claiming, processing
from monitoring.services.authenticating import SourceRules
from monitoring.services.receiving import Receipt, receive
from monitoring.services.sweeping import sweep
from tests.monitoring.bodies import problem, recovery, sample, update
from tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def element(body: dict[str, Any]) -> Element:
    return Element(raw=json.dumps(body).encode(), body=body)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run the works in threads that start together, each on a connection of its own; what they gave or raised."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(index: int, work: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            results[index] = work()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_t11_same_problem_by_eight_workers_is_one_ticket(source: Source) -> None:
    rules = SourceRules.of(source)
    receipts = at_once(*[lambda: receive(source=rules, element=element(problem(1)))] * 8)
    assert all(isinstance(receipt, Receipt) for receipt in receipts), receipts
    assert sum(not receipt.is_duplicate for receipt in receipts) == 1
    assert (Ticket.objects.count(), Problem.objects.count()) == (1, 1)
    assert Delivery.objects.get().seen_count == 8


def test_all_messages_of_a_problem_at_once_are_one_ticket(source: Source) -> None:
    rules = SourceRules.of(source)
    bodies = [
        problem(1), problem(1, message="NOTE: Escalation canceled: host disabled."), update(1, nseverity="5"),
        update(1, update_message="b"), recovery(1), problem(1), update(1, update_message="b"),
    ]  # fmt: skip
    receipts = at_once(*[lambda body=body: receive(source=rules, element=element(body)) for body in bodies])
    assert all(isinstance(receipt, Receipt) for receipt in receipts), receipts
    sweep()
    assert not Delivery.objects.filter(processed_at__isnull=True).exists()
    assert Problem.objects.get().state == "resolved"
    assert Ticket.objects.count() <= 1


def race_of_one_trigger(source: Source) -> int:
    """Four problems of one trigger at once; how many tickets came of it."""
    rules = SourceRules.of(source)
    works = [lambda n=n: receive(source=rules, element=element(problem(n))) for n in (1, 2, 3, 4)]
    receipts = at_once(*works)
    assert all(isinstance(receipt, Receipt) for receipt in receipts), receipts
    assert Problem.objects.filter(ticket__isnull=False).count() == 4
    return Ticket.objects.count()


def test_problems_of_one_trigger_at_once_share_a_ticket(source: Source) -> None:
    assert race_of_one_trigger(source) == 1


def test_control_without_the_lock_they_would_not(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = threading.Barrier(4)

    def unlocked(**values: Any) -> Any:
        found = claiming.claim(**values)
        # The others may look before this one has written.
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK; BEGIN")
        meeting.wait(10)
        return found

    monkeypatch.setattr(processing, "claim", unlocked)
    assert race_of_one_trigger(source) > 1


def test_request_and_sweep_on_one_delivery_do_the_work_once(source: Source) -> None:
    rules = SourceRules.of(source)
    from monitoring.adapters import zabbix
    from monitoring.services import storing

    alert = zabbix.read(problem(1))
    stored = storing.store(source_id=source.pk, alert=alert, raw=sample("01"), received_at=clock.now())
    works = [lambda: processing.process(source=rules, alert=alert, delivery_id=stored.id, at=clock.now())] * 4
    assert at_once(*works) == ["open"] * 4
    assert Ticket.objects.count() == 1
    assert Delivery.objects.get().attempts == 1


def test_second_sweep_leaves_while_the_first_runs(source: Source) -> None:
    from monitoring.services.sweeping import SWEEP_LOCK

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [SWEEP_LOCK])
    try:
        assert at_once(sweep) == [0]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SWEEP_LOCK])
