"""Two planners at once, and an operator who clicks beside one: each client hears it once. Controls show the race."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from common.errors import Conflict
from messaging.models import OutboundMessage
from monitoring.models import ClientNotice, Incident, IncidentClient
from monitoring.services.incidents.locking import lock_incident
from monitoring.services.notices import acting, planning
from tests import factories
from tests.monitoring.incident_rows import T0, a_client, an_incident
from tests.monitoring.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
NOW = T0 + timedelta(seconds=80)


def planned(incident: Incident) -> int:
    with transaction.atomic():
        return planning.plan(incident=lock_incident(incident.pk), now=NOW)


def test_two_planners_at_once_tell_each_client_once() -> None:
    incident = an_incident()
    for _one in range(5):
        a_client(incident)
    assert sorted(at_once(*[lambda: planned(incident)] * 4)) == [0, 0, 0, 5]
    assert (ClientNotice.objects.count(), OutboundMessage.objects.count()) == (5, 5)


def test_click_and_planner_at_once_tell_a_client_once() -> None:
    incident = an_incident()
    row = a_client(incident)
    person = factories.operator(1)
    results = at_once(
        lambda: planned(incident),
        lambda: acting.send_now(incident_id=incident.pk, customer_id=row.customer_id, actor=person),
    )
    assert results[0] in (0, 1)
    assert isinstance(results[1], Conflict) if results[0] else results[1] == 1
    assert (ClientNotice.objects.count(), OutboundMessage.objects.count()) == (1, 1)


def test_control_without_the_lock_both_find_the_same_due_and_the_unique_constraint_alone_stops_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    incident = an_incident()
    a_client(incident)
    meeting = threading.Barrier(2)
    real = planning.queue

    def together(*, clients: list[IncidentClient], **rest: Any) -> int:
        if clients:
            # Both have looked, and found the same client untold.
            meeting.wait(10)
        return real(clients=clients, **rest)

    def without_lock() -> int:
        with transaction.atomic():
            return planning.plan(incident=Incident.objects.get(pk=incident.pk), now=NOW)

    monkeypatch.setattr(planning, "queue", together)
    results = at_once(without_lock, without_lock)
    assert [one for one in results if not isinstance(one, IntegrityError)] == [1]
    assert (ClientNotice.objects.count(), OutboundMessage.objects.count()) == (1, 1)
