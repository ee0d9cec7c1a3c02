"""One cause, one incident: growing upward to a cause found later, and joining several into one.

The oldest number survives, and what clients were told goes with it, so that nobody hears «started» twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.enums import Actor
from monitoring.enums import IncidentState
from monitoring.models import Incident, IncidentClient, IncidentService, Problem
from monitoring.services.incidents import absorbing, changes
from monitoring.services.incidents.causes import Cause
from monitoring.services.incidents.judging import worse


def grow(
    *,
    cause: Cause,
    incidents: Sequence[Incident],
    at: datetime,
    evidence: list[dict[str, Any]] | None = None,
    actor: str = "",
    reason: str = "",
) -> Incident:
    """Move the oldest of the incidents to the cause and join the others with it. Needs the correlation lock."""
    oldest, *others = sorted(incidents, key=lambda one: one.pk)
    before = oldest.cause_label
    for other in others:
        merge(other, into=oldest, at=at, actor=actor)
    for name, value in cause.columns.items():
        setattr(oldest, name, value)
    oldest.evidence = evidence or []
    oldest.is_inferred = bool(evidence)
    # The whole picture is drawn anew from the new root, with the registry as it is now.
    oldest.plant_stamp = None
    oldest.assess_at = at
    oldest.version += 1
    oldest.save()
    oldest.nodes.all().delete()
    changes.note(
        oldest, changes.REROOTED, at=at, actor=actor, **{"from": before, "to": cause.label, "reason": reason}
    )
    return oldest


def merge(incident: Incident, *, into: Incident, at: datetime, actor: str = "") -> None:
    """Members, services, clients and their history go over; the incident itself only points on."""
    Problem.objects.filter(incident=incident).update(incident=into)
    _carry_services(incident.services.all(), into)
    _carry_clients(incident.clients.all(), into)
    incident.nodes.update(is_live=False)
    incident.services.update(is_live=False)
    incident.state, incident.merged_into = IncidentState.MERGED, into
    incident.save()
    into.started_at = min(into.started_at, incident.started_at)
    absorbing.absorb_merged(incident=incident, into=into, actor=Actor.monitoring(""))
    changes.note(incident, changes.MERGED, at=at, actor=actor, into=into.ticket.number)
    changes.note(into, changes.MERGED, at=at, actor=actor, other=incident.ticket.number)


def _carry_services(services: QuerySet[IncidentService], into: Incident) -> None:
    """What hit a client here must be judged well again there, or nobody would tell it."""
    there = set(into.services.values_list("service_id", flat=True))
    rows = [row for row in services if row.service_id not in there]
    for row in rows:
        row.pk, row.incident = None, into
    IncidentService.objects.bulk_create(rows, batch_size=500)


def _carry_clients(clients: QuerySet[IncidentClient], into: Incident) -> None:
    there = {row.customer_id: row for row in into.clients.all()}
    for row in clients:
        mine = there.get(row.customer_id)
        if mine is None:
            row.pk, row.incident = None, into
            row.save(force_insert=True)
            continue
        if mine.told_at is None:
            mine.told_at, mine.told_state = row.told_at, row.told_state
            mine.told_deadline_at = row.told_deadline_at
        mine.wrote_at = mine.wrote_at or row.wrote_at
        mine.down_since = mine.down_since or row.down_since
        mine.worst = worse(mine.worst, row.worst)
        mine.save()
