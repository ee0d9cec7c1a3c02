"""Property: whatever the order and however often the messages of a problem come, the end is the same."""

import json
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import clock
from monitoring.adapters import zabbix
from monitoring.enums import ProblemState
from monitoring.models import Delivery, Problem, Source
from monitoring.services import storing
from monitoring.services.authenticating import SourceRules
from monitoring.services.processing import process
from tests.monitoring.bodies import problem, recovery, update
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

MESSAGES: list[dict[str, Any]] = [
    problem(nseverity="2", opdata="began"),
    update(update_time="13:52:00", nseverity="5", ack_status="Yes"),
    update(update_time="13:52:00", nseverity="3", update_message="same second"),
    update(update_time="13:55:00", nseverity="1", ack_status="No", opdata="later"),
    update(update_time="13:59:00", nseverity="1", event_value="0", update_message="after the recovery"),
    recovery(nseverity="1", opdata="over"),
    problem(nseverity="2", message="NOTE: Escalation canceled: trigger disabled."),
]


@st.composite
def deliveries(draw: st.DrawFn) -> list[int]:
    """A set of messages, some of them several times, in any order."""
    chosen = draw(st.sets(st.sampled_from(range(len(MESSAGES))), min_size=1))
    repeated = draw(st.lists(st.sampled_from(sorted(chosen)), max_size=4))
    return draw(st.permutations([*sorted(chosen), *repeated]))


def play(source: Source, order: list[int]) -> tuple[Any, ...]:
    """Deliver the messages in this order to a desk that knows nothing of them; what is known in the end."""
    rules = SourceRules.of(source)
    for index in order:
        alert, at, raw = zabbix.read(MESSAGES[index]), clock.now(), json.dumps(MESSAGES[index]).encode()
        stored = storing.store(source_id=source.pk, alert=alert, raw=raw, received_at=at)
        if stored.is_new:
            process(source=rules, alert=alert, delivery_id=stored.id, at=at)
    found = Problem.objects.get()
    tickets = Ticket.objects.count()
    assert tickets <= 1
    assert (found.ticket_id is not None) == (tickets == 1)
    settled = (
        found.state, found.announced, found.severity, found.worst_severity, found.acknowledged, found.opdata,
        found.stamp, found.escalation_canceled_at is not None, Delivery.objects.count(),
    )  # fmt: skip
    if found.state == ProblemState.OPEN:
        assert (tickets == 1) == found.announced
        if found.ticket:
            settled += (found.ticket.priority, found.ticket.state)
    return settled


@pytest.fixture
def fresh(source: Source) -> Any:
    """Runs a play and takes back everything it wrote."""

    def run(order: list[int]) -> tuple[Any, ...]:
        with transaction.atomic():
            result = play(source, order)
            transaction.set_rollback(True)
        return result

    return run


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=deliveries())
def test_any_order_and_repetition_ends_the_same(fresh: Any, order: list[int]) -> None:
    assert fresh(order) == fresh(sorted(set(order)))
