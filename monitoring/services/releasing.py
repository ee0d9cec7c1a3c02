"""Problems that time brings back: their wait for a cause is over, or the maintenance window that kept them quiet."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from monitoring import queries
from monitoring.models import Problem
from monitoring.services import describing, holding
from monitoring.services.authenticating import SourceRules
from monitoring.services.claiming import claim
from monitoring.services.opening import received_at
from monitoring.services.settling import Change, settle
from monitoring.services.windows.active import let_go

logger = logging.getLogger(__name__)


def release_held(at: datetime) -> int:
    """Give every problem whose wait is over its place; how many. O(due)."""
    return sum(_release(pk, at, is_heard_now=False) for pk in holding.due(at))


def release(keys: list[int], at: datetime) -> int:
    """The same for problems that a window kept quiet: for the desk they begin now."""
    return sum(_release(pk, at, is_heard_now=True) for pk in keys)


def _release(pk: int, at: datetime, *, is_heard_now: bool) -> bool:
    """One at a time, each in its own transaction: what fails is found again by the next tick."""
    try:
        with transaction.atomic(), describing.desk_language():
            settle(_change(pk, at, is_heard_now))
    except Exception:
        logger.exception("problem %s still waits for its place", pk)
        return False
    return True


def _change(pk: int, at: datetime, is_heard_now: bool) -> Change:
    seen = Problem.objects.select_related("source").get(pk=pk)
    source = SourceRules.of(seen.source)
    claimed = claim(
        source_id=source.id, event_id=seen.event_id, trigger_id=seen.trigger_id, hosts=holding.hosts_of(seen),
        tags=seen.tags, since=at - timedelta(minutes=source.reopen_minutes), at=at,
    )  # fmt: skip
    problem = queries.locked_problem(pk)
    assert problem is not None
    problem.held_until = None
    if is_heard_now:
        let_go(problem)
    return Change(
        source=source,
        alert=None,
        problem=problem,
        predecessor=queries.problem(claimed.predecessor_id) if source.reopen_minutes else None,
        claimed=claimed,
        at=at,
        received_at=at if is_heard_now else received_at(problem, problem.first_seen_at),
    )
