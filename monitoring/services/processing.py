"""From a stored message to a problem and its ticket: one transaction, one message at a time per event and trigger."""

from datetime import datetime, timedelta

from django.db import transaction

from monitoring import queries
from monitoring.adapters.alert import Alert
from monitoring.enums import AlertKind, Outcome
from monitoring.services import describing, mapping, projecting
from monitoring.services.authenticating import SourceRules
from monitoring.services.claiming import claim
from monitoring.services.opening import received_at
from monitoring.services.settling import Change, settle
from monitoring.services.storing import AlreadyProcessedError, mark_processed


def process(*, source: SourceRules, alert: Alert, delivery_id: int, at: datetime) -> str:
    """Work off one stored message received at `at`; the problem's state afterwards, or ``ignored``.

    Safe to call twice and from two workers: the second call changes nothing.
    """
    try:
        with transaction.atomic(), describing.desk_language():
            state, outcome = _work(source=source, alert=alert, at=at)
            mark_processed(delivery_id, outcome)
    except AlreadyProcessedError:
        return state_of(source_id=source.id, alert=alert)
    return state


def state_of(*, source_id: int, alert: Alert) -> str:
    """What is known of the alert's problem now: ``open``, ``resolved`` or ``ignored``."""
    problem = queries.problem_of_event(source_id=source_id, event_id=alert.event_id)
    return problem.state if problem else Outcome.IGNORED.value


def _work(*, source: SourceRules, alert: Alert, at: datetime) -> tuple[str, Outcome]:
    if alert.kind == AlertKind.OTHER:
        return Outcome.IGNORED.value, Outcome.IGNORED
    claimed = claim(
        source_id=source.id, event_id=alert.event_id, trigger_id=alert.trigger_id, hosts=alert.hosts,
        tags=alert.tags, since=at - timedelta(minutes=source.reopen_minutes), at=at,
    )  # fmt: skip
    known = queries.locked_problem(claimed.problem_id)
    predecessor = queries.problem(claimed.predecessor_id) if source.reopen_minutes else None
    problem = known or projecting.begin(source=source, alert=alert, at=at)
    was_worst, was_open = problem.worst_severity, problem.is_open
    projecting.fold(problem=problem, alert=alert, at=at)
    mapping.place(problem=problem, claimed=claimed)
    change = Change(
        source=source,
        alert=alert,
        problem=problem,
        predecessor=predecessor,
        claimed=claimed,
        at=at,
        received_at=received_at(problem, at),
        was_open=was_open,
        grew=problem.worst_severity > was_worst,
    )
    return problem.state, settle(change)
