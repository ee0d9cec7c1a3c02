"""«What fails if this fails», ready to be shown: services by state with their customers, then our own equipment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assets.impact import Cut, Finding, Impact, assess
from assets.models import Circuit, Equipment, Service
from assets.queries.current import current

SHOWN = 200


@dataclass(frozen=True, slots=True)
class HitService:
    service: Service
    finding: Finding

    @property
    def minutes(self) -> int | None:
        return None if self.finding.left is None else int(self.finding.left.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class HitDevice:
    device: Equipment
    finding: Finding


@dataclass(slots=True)
class StateGroup:
    """What falls into one state. `count` is of all services, `services` the first of them."""

    state: Impact
    count: int = 0
    clients: int = 0
    services: list[HitService] = field(default_factory=list)


@dataclass(slots=True)
class Failing:
    """`outside` are chosen devices that are not in service: nothing hangs on them."""

    devices: list[Equipment]
    circuits: list[Circuit]
    outside: list[Equipment]
    groups: list[StateGroup]
    own: list[HitDevice]
    own_count: int
    clients: int


def failing(devices: list[Equipment], circuits: list[Circuit]) -> Failing:
    """Judge the loss of all the chosen together. Two queries beside the plant, whatever its size."""
    usual = current()
    keys = [device.pk for device in devices]
    cut = Cut(nodes=frozenset(keys), circuits=frozenset(circuit.pk for circuit in circuits))
    found = assess(usual.plant, cut, usual=usual)
    own = [
        (key, finding) for key, finding in found.nodes.items()
        if usual.plant.nodes[key].client is None and key not in cut.nodes and finding.is_new
    ]  # fmt: skip
    own.sort(key=lambda pair: (pair[1].state.rank, pair[0]))
    groups = _groups(found.services, found.owners)
    return Failing(
        devices, circuits, [device for device in devices if device.pk not in usual.plant.nodes],
        groups, _devices(own[:SHOWN]), len(own), len({found.owners[key] for key in found.services}),
    )  # fmt: skip


def circuits(keys: Iterable[int]) -> list[Circuit]:
    return list(Circuit.objects.filter(pk__in=list(keys)).select_related("equipment"))


def _groups(findings: Mapping[int, Finding], owners: Mapping[int, int]) -> list[StateGroup]:
    by_state: dict[Impact, list[int]] = {state: [] for state in Impact if state is not Impact.OK}
    for key, finding in findings.items():
        by_state[finding.state].append(key)
    shown = [key for keys in by_state.values() for key in keys[:SHOWN]]
    rows = Service.objects.select_related("customer", "runs_on", "cluster").in_bulk(shown)
    groups = []
    for state, keys in by_state.items():
        hit = [HitService(rows[key], findings[key]) for key in keys[:SHOWN] if key in rows]
        hit.sort(key=lambda one: (one.minutes or 0, one.service.customer.name, one.service.name))
        groups.append(StateGroup(state, len(keys), len({owners[key] for key in keys}), hit))
    return groups


def _devices(own: list[tuple[int, Finding]]) -> list[HitDevice]:
    rows = Equipment.objects.in_bulk([key for key, _finding in own])
    return [HitDevice(rows[key], finding) for key, finding in own if key in rows]
