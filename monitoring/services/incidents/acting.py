"""What people do to an incident when they know better than the correlation. Each act is on the timeline with its name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.db import lock_one
from common.errors import Conflict, NotAllowed
from messaging.services.doorbell import after_commit
from monitoring.enums import LIVE, ProblemState
from monitoring.models import Incident, Problem
from monitoring.permissions import works_on_incidents
from monitoring.services.incidents import changes, joining, locking, merging
from monitoring.services.incidents.causes import Cause, closure
from monitoring.services.incidents.judging import judge
from monitoring.services.incidents.opening import TICK


@transaction.atomic
def attach(*, incident_id: int, problem_id: int, actor: Actor, reason: str = "") -> Incident:
    """Put a problem into the incident although the registry does not connect them.

    Raises `Missing`, `NotAllowed`, and `Conflict` when either is over or the problem belongs to another incident.
    """
    incident, at = _mine(incident_id, actor), clock.now()
    problem = lock_one(Problem.objects.all(), problem_id)
    if problem.state != ProblemState.OPEN:
        raise Conflict(_("This problem has recovered already."))
    if problem.incident_id not in (None, incident.pk) and problem.excluded_at is None:
        raise Conflict(_("This problem belongs to another incident."))
    joining.join(problem, incident.pk, at)
    problem.excluded_at = None
    problem.save(update_fields=["incident", "attached_at", "held_until", "excluded_at"])
    changes.note(incident, changes.ATTACHED, at=at, actor=actor.name, problem=problem.name, reason=reason)
    after_commit(TICK, queue="interactive")
    return incident


@transaction.atomic
def exclude(*, incident_id: int, problem_ids: Iterable[int], actor: Actor, reason: str) -> Incident:
    """Take problems out: the incident does not wait for them, and those without a ticket get their own at once."""
    incident, at = _mine(incident_id, actor), clock.now()
    reason = changes.said_why(reason)
    keys = set(problem_ids)
    mine = Problem.objects.select_for_update(of=("self",)).filter(
        incident=incident, excluded_at__isnull=True, pk__in=keys
    )
    problems = list(mine.order_by("pk"))
    if not problems:
        raise Conflict(_("These problems are not in the incident any more."))
    for problem in problems:
        problem.excluded_at = at
        problem.held_until = at if problem.state == ProblemState.OPEN and problem.ticket_id is None else None
        problem.save(update_fields=["excluded_at", "held_until"])
        changes.note(incident, changes.EXCLUDED, at=at, actor=actor.name, problem=problem.name, reason=reason)
    after_commit(TICK, queue="interactive")
    return incident


@transaction.atomic
def reroot(*, incident_id: int, cause: Cause, actor: Actor, reason: str) -> Incident:
    """Name another cause: who is hit is worked out anew, members that it does not explain stand alone again.

    Raises `Conflict` when another incident of that cause is under way: attach to that one instead.
    """
    reason = changes.said_why(reason)
    locking.lock_correlation()
    incident, at = _mine(incident_id, actor), clock.now()
    if incident.cause_key == cause.key and not incident.is_inferred:
        raise Conflict(_("This is the cause already."))
    if Incident.objects.live().filter(cause_key=cause.key).exclude(pk=incident.pk).exists():
        raise Conflict(_("Another incident of this cause is under way."))
    merging.grow(cause=cause, incidents=[incident], at=at, actor=actor.name, reason=reason)
    _let_go(incident, cause, at)
    judge(incident=incident, at=at)
    joining.adopt(incident=incident, at=at)
    after_commit(TICK, queue="interactive")
    return incident


def _let_go(incident: Incident, cause: Cause, at: datetime) -> None:
    """Members that the cause does not explain, unless the cause itself; the next tick finds their place."""
    explained = closure(cause)
    mine = Problem.objects.select_for_update(of=("self",)).filter(incident=incident, state=ProblemState.OPEN)
    inside = Q(equipment__in=explained.nodes.keys()) | Q(service__in=explained.services)
    own = Q(equipment=incident.equipment_id) if incident.equipment_id else Q(circuit=incident.circuit_id)
    if cause.kind != "site":
        inside |= own
    keys = list(mine.values_list("pk", flat=True))
    outside = Problem.objects.filter(pk__in=keys).exclude(pk__in=mine.filter(inside).values("pk"))
    outside.filter(ticket__isnull=False).update(incident=None)
    outside.filter(ticket__isnull=True).update(incident=None, held_until=at)


@transaction.atomic
def recompute(*, incident_id: int, actor: Actor) -> Incident:
    """Take the registry as it is now: clients may come and go. Raises `NotAllowed`, `Missing`."""
    incident = _mine(incident_id, actor)
    judge(incident=incident, at=clock.now(), rebase=True, actor=actor.name)
    joining.adopt(incident=incident, at=clock.now())
    after_commit(TICK, queue="interactive")
    return incident


def _mine(incident_id: int, actor: Actor) -> Incident:
    if not works_on_incidents(actor):
        raise NotAllowed
    incident = locking.lock_incident(incident_id)
    if incident.state not in LIVE:
        raise Conflict(_("The incident is over."))
    return incident
