"""Problems that an incident explains become its members, whoever comes first."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q, QuerySet

from assets.models import Circuit
from monitoring.correlation.rules import EARLIER, REOPENS
from monitoring.enums import LIVE, HitState, IncidentState
from monitoring.models import Incident, IncidentNode, IncidentService, Problem


def _takes(incident: Incident, started_at: datetime) -> bool:
    return incident.state != IncidentState.MERGED and started_at >= incident.started_at - EARLIER


def find(problem: Problem) -> Incident | None:
    """The oldest incident that explains the thing the problem is about and takes it in."""
    found = Q(pk__in=())
    if problem.equipment_id is not None:
        about = IncidentNode.objects.filter(is_live=True, equipment=problem.equipment_id).values("incident")
        found |= Q(pk__in=about)
    if problem.circuit_id is not None:
        ends = Circuit.objects.filter(pk=problem.circuit_id).values("equipment")
        down = IncidentNode.objects.filter(is_live=True, state=HitState.DOWN, equipment__in=ends)
        found |= Q(circuit=problem.circuit_id, state__in=LIVE) | Q(pk__in=down.values("incident"))
    if problem.service_id is not None:
        hit = IncidentService.objects.filter(is_live=True, service=problem.service_id)
        found |= Q(pk__in=hit.values("incident"))
    for incident in Incident.objects.filter(found).order_by("pk")[:5]:
        if _takes(incident, problem.started_at):
            return incident
    return None


def join(problem: Problem, incident_id: int, at: datetime) -> None:
    """Fields only: the caller saves the problem. It waits for nothing any more."""
    problem.incident_id = incident_id
    problem.attached_at = at
    problem.held_until = None


def adopt(*, incident: Incident, at: datetime) -> int:
    """Take in open problems that stood alone until the cause showed; how many.

    A row that an alert holds at this moment is left to the next tick.
    """
    things = (
        Q(equipment__in=incident.nodes.filter(is_live=True).values("equipment"))
        | Q(service__in=incident.services.filter(is_live=True).values("service"))
        | (Q(circuit=incident.circuit_id) if incident.circuit_id else Q(pk__in=()))
    )
    alone = (
        Problem.objects.open()
        .filter(things, incident__isnull=True, announced=True, started_at__gte=incident.started_at - EARLIER)
        .filter(worst_severity__gte=F("source__min_severity"))
        .select_for_update(of=("self",), skip_locked=True)
    )
    keys = list(alone.values_list("pk", flat=True))
    if not keys:
        return 0
    return Problem.objects.filter(pk__in=keys).update(incident=incident, attached_at=at, held_until=None)


def attended() -> QuerySet[Incident]:
    """Incidents that a tick looks at: under way, still taking members back, or owing a report. O(these)."""
    open_to_members = IncidentNode.objects.filter(is_live=True).values("incident")
    return Incident.objects.filter(Q(state__in=LIVE) | Q(report_pending=True) | Q(pk__in=open_to_members))


def retire(incident: Incident, at: datetime) -> None:
    """An incident that has been over for a while takes nobody in any more."""
    if incident.is_live or (incident.resolved_at is not None and at < incident.resolved_at + REOPENS):
        return
    incident.nodes.filter(is_live=True).update(is_live=False)
    incident.services.filter(is_live=True).update(is_live=False)
