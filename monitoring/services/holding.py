"""A problem below High waits a moment for its cause; one whose cause does not show gets its ticket then."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitoring.adapters.alert import Host
from monitoring.correlation.rules import STORM_HOLD
from monitoring.enums import Severity
from monitoring.models import Problem
from monitoring.services.authenticating import SourceRules
from monitoring.services.incidents import storms


def hold_for(*, source: SourceRules, problem: Problem, at: datetime) -> timedelta:
    """How long the problem must still wait; zero or less when its time has come.

    High and Disaster never wait, except in a storm, where the cause may be a second away.
    """
    wait = timedelta(0) if problem.worst_severity >= Severity.HIGH else timedelta(seconds=source.hold_seconds)
    if wait < STORM_HOLD and problem.equipment_id is not None and storms.is_storm(
        storms.fresh_count(at, most=8)
    ):  # fmt: skip
        wait = STORM_HOLD
    return problem.first_seen_at + wait - at


def due(at: datetime, *, limit: int = 500) -> list[int]:
    """Problems whose wait is over, the longest waiting first."""
    waiting = Problem.objects.filter(held_until__isnull=False, held_until__lte=at).order_by("held_until")
    return list(waiting.values_list("pk", flat=True)[:limit])


def hosts_of(problem: Problem) -> tuple[Host, ...]:
    """The hosts as the alert named them."""
    first = Host(problem.host_id, problem.host, problem.host_name, problem.host_ip or "")
    others = [Host(one["id"], one["host"], one["name"], "") for one in problem.other_hosts]
    return (first, *others)
