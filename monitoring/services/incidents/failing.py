"""What an incident takes for failed right now, from the alarms of its members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from assets.impact import Cut, Usual
from assets.impact.power import power_pass
from monitoring.correlation.cuts import Failure, from_json
from monitoring.enums import Effect, ProblemState
from monitoring.models import Incident, Problem
from monitoring.services.windows.active import cuts as maintenance


@dataclass(frozen=True, slots=True)
class Seen:
    """What open members say does not work. `services` have an alarm of their own; `batteries` since when."""

    nodes: frozenset[int]
    circuits: frozenset[int]
    services: frozenset[int]
    batteries: Mapping[int, datetime]


def seen(incident: Incident) -> Seen:
    """Read from the open members; one query. A cause without an alarm of its own counts while it stands."""
    rows = members(incident).filter(state=ProblemState.OPEN).exclude(effect=Effect.DEGRADED)
    nodes, circuits, services, batteries = set[int](), set[int](), set[int](), dict[int, datetime]()
    columns = ("equipment_id", "circuit_id", "service_id", "effect", "started_at")
    for equipment, circuit, service, effect, started in rows.values_list(*columns):
        if effect == Effect.ON_BATTERY:
            if equipment is not None:
                batteries[equipment] = min(started, batteries.get(equipment, started))
            continue
        nodes |= named(equipment)
        circuits |= named(circuit)
        services |= named(service)
    if cause_stands(incident):
        nodes |= named(incident.equipment_id)
        circuits |= named(incident.circuit_id)
    return Seen(frozenset(nodes), frozenset(circuits), frozenset(services), batteries)


def named(*keys: int | None) -> set[int]:
    return {key for key in keys if key is not None}


def members(incident: Incident) -> QuerySet[Problem]:
    """The problems of the incident that no person took out."""
    return Problem.objects.filter(incident=incident, excluded_at__isnull=True)


def of_cause(incident: Incident) -> Q:
    """Alarms of the cause itself."""
    if incident.cause_key.startswith("site:"):
        return Q(pk__in=())
    about = Q(equipment=incident.equipment_id) if incident.equipment_id else Q(circuit=incident.circuit_id)
    return about & ~Q(effect=Effect.DEGRADED)


def cause_stands(incident: Incident) -> bool:
    """A cause that nothing reports itself counts as failed until half of what it explains has recovered.

    While it is being opened it has no members yet: the first judgement is what finds them.
    """
    if incident.cause_key.startswith("site:") or members(incident).filter(of_cause(incident)).exists():
        return False
    found = members(incident).aggregate(
        open=Count("pk", filter=Q(state=ProblemState.OPEN)), total=Count("pk")
    )
    if not found["total"]:
        return incident.assessed_at is None
    return bool(found["open"] * 2 > found["total"])


def failure(
    incident: Incident, now: Seen, usual: Usual, already: Cut, at: datetime
) -> tuple[Failure, dict[int, timedelta]]:
    """The cut with its flat batteries, and how long each of those that still run will last."""
    before = from_json(incident.failed).batteries
    cut = Cut(nodes=now.nodes, circuits=now.circuits, unfed=frozenset(now.batteries))
    first = incident.assessed_at is None
    batteries: dict[int, datetime] = {}
    while True:
        running = power_pass(usual.plant, cut | already).batteries
        # With an input nobody knows it runs on its battery for ever, as far as the registry can tell.
        running = {key: lasts for key, lasts in running.items() if key not in usual.power.batteries}
        for key in running.keys() - batteries.keys():
            begun = now.batteries.get(key) or before.get(key) or (incident.started_at if first else at)
            batteries[key] = min(begun, before.get(key, begun))
        left = {key: lasts - (at - batteries[key]) for key, lasts in running.items()}
        flat = frozenset(key for key, rest in left.items() if rest <= timedelta(0))
        if not flat:
            return Failure(cut, batteries, now.services), left
        cut = cut | Cut(flat=flat)


def already(incident: Incident, at: datetime) -> Cut:
    """What was down before: incidents opened earlier that still go on, and works under way."""
    cut = Cut()
    earlier = Incident.objects.live().filter(Q(opened_at__lt=incident.opened_at) | Q(
        opened_at=incident.opened_at, pk__lt=incident.pk))  # fmt: skip
    for kept in earlier.values_list("failed", flat=True):
        cut = cut | from_json(kept).cut
    for planned in maintenance(at=at):
        cut = cut | planned
    return cut
