"""The registry as plain adjacency for `assets.impact`: seven queries, whatever its size.

An input, link or circuit that its source no longer lists is not relied upon; equipment stays until a person retires it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from assets.enums import FORWARDING, POWER_SOURCES, EquipmentStatus
from assets.impact import Circuit as PlantCircuit
from assets.impact import Group, Node, Plant
from assets.impact import Link as PlantLink
from assets.impact import Service as PlantService
from assets.models import Circuit, Cluster, Equipment, Link, PowerInput, Service

# Clusters have keys of their own table; services name a group by it.
COLUMNS = ("pk", "kind", "power_k", "runtime_minutes", "owner_id")


def plant() -> Plant:
    """Everything in service today. A device without any power input has one that nobody knows."""
    inputs: dict[int, list[int | None]] = defaultdict(list)
    wired = PowerInput.objects.filter(is_stale=False).order_by("pk")
    for equipment_id, provider_id in wired.values_list("equipment_id", "provider_id"):
        inputs[equipment_id].append(provider_id)
    nodes = [_node(row, inputs[row[0]]) for row in Equipment.objects.working().values_list(*COLUMNS)]
    known = {node.id for node in nodes}
    return Plant.of(nodes, _links(known), _circuits(known), _groups(known), _services(known))


def _node(row: tuple[int, str, int, int | None, int | None], inputs: list[int | None]) -> Node:
    key, kind, power_k, runtime, owner = row
    return Node(
        id=key,
        inputs=tuple(inputs),
        power_k=power_k,
        source=kind in POWER_SOURCES,
        runtime=None if runtime is None else timedelta(minutes=runtime),
        forwards=kind in FORWARDING,
        client=owner,
    )


def _links(known: set[int]) -> list[PlantLink]:
    rows = Link.objects.filter(status=EquipmentStatus.ACTIVE, is_stale=False).values_list(
        "pk", "a_id", "b_id"
    )
    return [PlantLink(*row) for row in rows if row[1] in known and row[2] in known]


def _circuits(known: set[int]) -> list[PlantCircuit]:
    rows = Circuit.objects.filter(status=EquipmentStatus.ACTIVE, is_stale=False).values_list(
        "pk", "equipment_id", "is_egress"
    )
    return [PlantCircuit(*row) for row in rows if row[1] in known]


def _groups(known: set[int]) -> list[Group]:
    members: dict[int, list[int]] = defaultdict(list)
    for cluster_id, equipment_id in Cluster.members.through.objects.values_list("cluster_id", "equipment_id"):
        if equipment_id in known:
            members[cluster_id].append(equipment_id)
    return [Group(pk, tuple(sorted(members[pk])), k) for pk, k in Cluster.objects.values_list("pk", "k")]


def _services(known: set[int]) -> list[PlantService]:
    rows = Service.objects.active().values_list("pk", "customer_id", "runs_on_id", "cluster_id")
    return [
        PlantService(pk, customer, node=node if node in known else None, group=cluster)
        for pk, customer, node, cluster in rows.exclude(runs_on=None, cluster=None)
    ]
