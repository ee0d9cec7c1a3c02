"""A storm by several workers at once: one incident, nothing lost. The control shows the race without the lock."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from monitoring.models import Delivery, Incident, Problem, Source
from monitoring.services.authenticating import SourceRules
from monitoring.services.incidents import locking, opening
from monitoring.services.receiving import Receipt, receive
from monitoring.services.sweeping import sweep
from monitoring.services.ticking import tick
from tests.monitoring.bodies import problem
from tests.monitoring.incidents.house import House
from tests.monitoring.test_races import at_once, element
from tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
HOSTS = ["pan-A", "pdu-1A", "pdu-2A", "pdu-3A", "acc-3", "hv-3", "alfa", "delta"]


def alarm(source: Source, number: int, host: str) -> Callable[[], Any]:
    body = problem(
        number, host1=host, host_name1=host, host_id1=str(number), trigger_id=str(number), tags="[]"
    )
    rules = SourceRules.of(source)
    return lambda: receive(source=rules, element=element({**body, "event_name": f"{host}: no power"}))


def test_causes_and_symptoms_at_once_are_one_incident_and_nothing_is_lost(source: Source) -> None:
    House()
    receipts = at_once(*(alarm(source, number, host) for number, host in enumerate(HOSTS, 1)))
    assert all(isinstance(receipt, Receipt) for receipt in receipts), receipts
    sweep()
    tick()
    tick()
    assert not Delivery.objects.filter(processed_at__isnull=True).exists()
    found = Incident.objects.live().get()
    assert found.cause_label == "pan-A"
    assert Problem.objects.filter(incident=found).count() == len(HOSTS)
    assert [ticket for ticket in Ticket.objects.all() if ticket.is_open] == [found.ticket]


def test_same_cause_by_two_sources_at_once_is_one_incident(source: Source) -> None:
    House()
    receipts = at_once(*(alarm(source, number, "pan-A") for number in range(1, 9)))
    assert all(isinstance(receipt, Receipt) for receipt in receipts), receipts
    assert Incident.objects.count() == 1
    assert Ticket.objects.count() == 1


def test_control_without_the_lock_the_unique_index_alone_stops_a_second_incident(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    House()

    meeting = threading.Barrier(2)
    refused: list[IntegrityError] = []
    real = opening._open

    def together(*args: Any) -> Incident:
        # Both have looked and found none.
        meeting.wait(10)
        try:
            return real(*args)
        except IntegrityError as error:
            refused.append(error)
            raise

    monkeypatch.setattr(locking, "lock_correlation", lambda: None)
    monkeypatch.setattr(opening, "_open", together)
    receipts = at_once(alarm(source, 1, "pan-A"), alarm(source, 2, "pan-A"))
    assert all(isinstance(receipt, Receipt) for receipt in receipts), receipts
    assert len(refused) == 1
    assert Incident.objects.count() == 1
    # What was refused is owed, and joins when it is tried again.
    monkeypatch.undo()
    Delivery.objects.filter(processed_at__isnull=True).update(retry_at="2020-01-01T00:00Z")
    sweep()
    assert Problem.objects.filter(incident=Incident.objects.get()).count() == 2
