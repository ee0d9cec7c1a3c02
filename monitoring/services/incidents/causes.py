"""The thing that failed, as an incident names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assets.enums import EquipmentKind
from assets.impact import Cut, Impact, assess
from assets.models import Circuit, Equipment, Site
from assets.queries.current import current
from monitoring.correlation.effects import is_said
from monitoring.enums import Effect, Severity
from monitoring.models import Incident, Problem

POWER = (
    EquipmentKind.UTILITY, EquipmentKind.GENERATOR, EquipmentKind.UPS, EquipmentKind.ATS, EquipmentKind.PANEL,
    EquipmentKind.FEED, EquipmentKind.PDU,
)  # fmt: skip
NETWORK = (EquipmentKind.SWITCH, EquipmentKind.ROUTER)
# A host of ours is a cause of its own as soon as more than one client would suffer from it.
CLIENTS_OF_A_HOST = 2


@dataclass(frozen=True, slots=True)
class Cause:
    """`kind` is ``equipment``, ``circuit`` or ``site``; `site_id` is where it stands."""

    kind: str
    pk: int
    label: str
    site_id: int | None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.pk}"

    @property
    def columns(self) -> dict[str, Any]:
        """What the row of an incident says of its cause."""
        chosen = {"equipment_id": None, "circuit_id": None, "site_id": self.site_id}
        chosen[f"{self.kind}_id"] = self.pk
        return {"cause_key": self.key, "cause_label": self.label[:200], **chosen}


def of_equipment(device: Equipment) -> Cause:
    return Cause("equipment", device.pk, device.name, device.site_id)


def of_circuit(circuit: Circuit) -> Cause:
    return Cause("circuit", circuit.pk, str(circuit), circuit.equipment.site_id)


def of_site(site: Site) -> Cause:
    return Cause("site", site.pk, _("Site %(code)s") % {"code": site.code}, site.pk)


def of_incident(incident: Incident) -> Cause:
    kind, _colon, pk = incident.cause_key.partition(":")
    return Cause(kind, int(pk), incident.cause_label, incident.site_id)


def direct(problem: Problem) -> Cause | None:
    """The cause that the problem itself names: power, network, a circuit, a shared host; serious and not working.

    An effect that somebody wrote into the trigger counts whatever its severity.
    """
    if problem.effect == Effect.DEGRADED:
        return None
    if problem.worst_severity < Severity.HIGH and not is_said(problem.tags):
        return None
    if problem.circuit_id is not None:
        return of_circuit(Circuit.objects.select_related("equipment").get(pk=problem.circuit_id))
    if problem.equipment_id is None:
        return None
    device = Equipment.objects.get(pk=problem.equipment_id)
    return of_equipment(device) if _is_cause(device) else None


def _is_cause(device: Equipment) -> bool:
    usual = current()
    if device.pk not in usual.plant.nodes:
        return False
    if device.kind in POWER or device.kind in NETWORK:
        return True
    if device.owner_id is not None:
        return False
    groups = {group.id for group in usual.plant.groups.values() if device.pk in group.members}
    clients = {one.client for one in usual.plant.services if one.node == device.pk or one.group in groups}
    return len(clients) >= CLIENTS_OF_A_HOST


@dataclass(frozen=True, slots=True)
class Closure:
    """What one cause alone explains: devices with their state, and services."""

    nodes: Mapping[int, Impact]
    services: frozenset[int]

    def takes_down(self) -> frozenset[int]:
        """Devices that would be down, or on their way there."""
        return frozenset(key for key, state in self.nodes.items() if state in (Impact.DOWN, Impact.AT_RISK))


def closure(cause: Cause) -> Closure:
    """Judged with everything else well."""
    if cause.kind == "site":
        here = Equipment.objects.working().filter(site=cause.pk).values_list("pk", flat=True)
        return Closure(dict.fromkeys(here, Impact.UNKNOWN), frozenset())
    usual, key = current(), frozenset({cause.pk})
    found = assess(
        usual.plant, Cut(nodes=key) if cause.kind == "equipment" else Cut(circuits=key), usual=usual
    )
    return Closure(
        {node: one.state for node, one in found.nodes.items() if one.is_new},
        frozenset(service for service, one in found.services.items() if one.is_new),
    )
