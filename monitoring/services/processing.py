"""From a stored message to a problem and its ticket: one transaction, one message at a time per event and trigger."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from monitoring import queries
from monitoring.adapters.alert import Alert
from monitoring.enums import AlertKind, Outcome, ProblemState
from monitoring.services import describing, projecting
from monitoring.services.authenticating import SourceRules
from monitoring.services.settling import Change, settle
from monitoring.services.storing import mark_processed

# Two lock spaces: every worker takes its event first and its trigger second, so none can wait in a circle.
EVENT_LOCK, TRIGGER_LOCK = 0x65_76, 0x74_72


class AlreadyProcessed(Exception):
    """Another worker settled this delivery while this one waited for the lock."""


def process(*, source: SourceRules, alert: Alert, delivery_id: int, at: datetime) -> str:
    """Work off one stored message received at `at`; the problem's state afterwards, or ``ignored``.

    Safe to call twice and from two workers: the second call changes nothing.
    """
    try:
        with transaction.atomic(), describing.desk_language():
            state, outcome = _work(source=source, alert=alert, at=at)
            if not mark_processed(delivery_id, outcome):
                raise AlreadyProcessed
    except AlreadyProcessed:
        return state_of(source_id=source.id, alert=alert)
    return state


def state_of(*, source_id: int, alert: Alert) -> str:
    """What is known of the alert's problem now: ``open``, ``resolved`` or ``ignored``."""
    problem = queries.problem_of_event(source_id=source_id, event_id=alert.event_id)
    return problem.state if problem else Outcome.IGNORED.value


def _work(*, source: SourceRules, alert: Alert, at: datetime) -> tuple[str, Outcome]:
    if alert.kind == AlertKind.OTHER:
        return Outcome.IGNORED.value, Outcome.IGNORED
    _lock(source.id, alert)
    known, predecessor = queries.problem_and_predecessor(
        source_id=source.id, alert=alert, since=at - timedelta(minutes=source.reopen_minutes)
    )
    problem = known or projecting.begin(source=source, alert=alert, at=at)
    was_worst, was_open = problem.worst_severity, problem.state == ProblemState.OPEN
    projecting.fold(problem=problem, alert=alert, at=at)
    change = Change(
        source=source,
        alert=alert,
        problem=problem,
        predecessor=predecessor if source.reopen_minutes else None,
        at=at,
        is_new=known is None,
        was_open=was_open,
        grew=problem.worst_severity > was_worst,
    )
    return problem.state, settle(change)


def _lock(source_id: int, alert: Alert) -> None:
    """Held until the end of the transaction. The keys are hashes: a clash only makes two alerts wait."""
    keys: list[int | str] = [EVENT_LOCK, f"{source_id}:{alert.event_id}"]
    sql = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
    if alert.trigger_id is not None:
        keys += [TRIGGER_LOCK, f"{source_id}:{alert.trigger_id}"]
        sql += ", pg_advisory_xact_lock(%s, hashtext(%s))"
    with connection.cursor() as cursor:
        cursor.execute(sql, keys)
