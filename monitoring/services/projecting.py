"""Folding one message into its problem. Fields only: no query, no ticket; the order of messages must not matter."""

from datetime import datetime

from monitoring.adapters.alert import Alert
from monitoring.enums import AlertKind, ProblemState, SourceKind
from monitoring.models import Problem
from monitoring.services.authenticating import SourceRules


def begin(*, source: SourceRules, alert: Alert, at: datetime) -> Problem:
    """The problem as its first message, of whatever kind, shows it; not saved."""
    host = alert.host
    return Problem(
        source_id=source.id,
        event_id=alert.event_id,
        event_source=alert.event_source,
        trigger_id=alert.trigger_id,
        state=ProblemState.OPEN,
        stamp="",
        name=alert.name,
        description=alert.description,
        severity=alert.severity,
        worst_severity=alert.severity,
        host_id=host.id,
        host=host.name,
        host_name=host.label,
        host_ip=host.address,
        other_hosts=[{"id": other.id, "host": other.name, "name": other.label} for other in alert.hosts[1:]],
        host_groups=alert.host_groups,
        asset_tag=alert.asset_tag,
        tags=[list(pair) for pair in alert.tags],
        link=alert.link,
        base_url=alert.base_url or (source.base_url if source.kind == SourceKind.ZABBIX else ""),
        started_at=alert.started_at or at,
        first_seen_at=at,
        updated_at=at,
    )


def fold(*, problem: Problem, alert: Alert, at: datetime) -> None:
    """Take the message in. `state` only ever moves to resolved; newer facts win by stamp, not by arrival."""
    problem.updated_at = at
    problem.worst_severity = max(problem.worst_severity, alert.severity)
    problem.trigger_id = problem.trigger_id or alert.trigger_id
    problem.cause_event_id = problem.cause_event_id or alert.cause_id
    # A canceled escalation says nothing of the problem itself, and repeats its moment.
    if alert.kind != AlertKind.CANCELED and alert.stamp >= problem.stamp:
        problem.stamp = alert.stamp
        problem.severity = alert.severity
        problem.acknowledged = alert.acknowledged
        problem.opdata = alert.opdata
    if alert.kind in (AlertKind.PROBLEM, AlertKind.CANCELED):
        problem.announced = True
    if alert.kind == AlertKind.CANCELED:
        problem.escalation_canceled_at = problem.escalation_canceled_at or at
    if alert.kind == AlertKind.RECOVERY:
        problem.state = ProblemState.RESOLVED
        problem.recovered_at = problem.recovered_at or alert.recovered_at or at
        problem.recovery_event_id = problem.recovery_event_id or alert.recovery_id
        problem.held_until = problem.suppressed_until = None
