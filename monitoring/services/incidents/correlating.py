"""Where a new problem belongs: to an incident there is, to one it opens, to one that a storm lets infer, or to none."""

from __future__ import annotations

from datetime import datetime

from accounts.enums import Actor
from messaging.services.doorbell import after_commit
from monitoring.enums import Effect, Outcome
from monitoring.models import Problem
from monitoring.services import saving
from monitoring.services.claiming import Claim
from monitoring.services.describing import subject_of
from monitoring.services.incidents import causes, joining, locking, opening, storms


def correlate(
    *, actor: Actor, problem: Problem, claimed: Claim, at: datetime, received_at: datetime
) -> Outcome | None:
    """Give the problem its incident and save it; None when it stands alone, or a person said so.

    The clocks of an incident's ticket begin at `received_at`.
    """
    if problem.excluded_at is not None:
        return None
    if problem.equipment_id is None and problem.circuit_id is None and problem.service_id is None:
        return None
    if claimed.incident is not None and claimed.incident.takes(problem.started_at):
        return _join(problem, claimed.incident.id, at, is_news=not claimed.incident.foresees)
    cause = causes.direct(problem)
    if cause is not None:
        return _open(actor, cause, problem, at, received_at)
    if problem.effect == Effect.DOWN and problem.equipment_id is not None:
        return _look_for_storm(actor, problem, at)
    return None


def _join(problem: Problem, incident_id: int, at: datetime, *, is_news: bool) -> Outcome:
    """Most members only say what was foreseen: a storm must not ring the bell for each of them."""
    joining.join(problem, incident_id, at)
    saving.save(problem)
    if problem.effect != Effect.DEGRADED and is_news:
        after_commit(opening.TICK, queue="interactive")
    return Outcome.ATTACHED


def _open(
    actor: Actor, cause: causes.Cause, problem: Problem, at: datetime, received_at: datetime
) -> Outcome:
    locking.lock_correlation()
    there = joining.find(problem)
    if there is not None:
        return _join(problem, there.pk, at, is_news=True)
    incident = opening.open_or_grow(
        actor=actor,
        cause=cause,
        started_at=min(problem.started_at, at),
        received_at=received_at,
        at=at,
        alarm=subject_of(problem),
    )
    joining.join(problem, incident.pk, at)
    saving.save(problem)
    opening.complete(incident, at)
    return Outcome.INCIDENT


def _look_for_storm(actor: Actor, problem: Problem, at: datetime) -> Outcome | None:
    count = 1 + storms.fresh_count(at)
    if count not in storms.LOOKS:
        return None
    saving.save(problem)
    found = storms.suspect(at)
    if found is None:
        return None
    locking.lock_correlation()
    there = joining.find(problem)
    if there is not None:
        joining.join(problem, there.pk, at)
        problem.save(update_fields=["incident", "attached_at", "held_until"])
        return Outcome.ATTACHED
    storms.open_for(found, actor=actor, at=at)
    problem.refresh_from_db(fields=["incident", "attached_at", "held_until"])
    return Outcome.INCIDENT if problem.incident_id is not None else None
