"""Checks of power and network: redundancy that is none, and what nobody wrote down."""

from __future__ import annotations

from collections.abc import Iterator

from assets.enums import FORWARDING, POWER_SOURCES, EquipmentKind
from assets.impact import Usual
from assets.queries.quality.found import Device, Problem, named

Known = dict[int, Device]
# Where two legs must not meet. That both come from one utility line is a fact of the site, not an error of the wiring.
MEETING = frozenset(EquipmentKind.values) - frozenset(POWER_SOURCES)


def one_provider(usual: Usual, known: Known) -> Iterator[Problem]:
    """Several inputs, all on one device."""
    for node in usual.plant.nodes.values():
        if (
            len(node.inputs) > 1
            and None not in node.inputs
            and len(set(node.inputs)) == 1
            and node.id in known
        ):
            yield Problem(known[node.id].named, named(known, {key for key in node.inputs if key}))


def legs_that_meet(usual: Usual, known: Known) -> Iterator[Problem]:
    """Inputs on different devices that all hang on one further up."""
    sole = _sole_feeders(usual)
    for key, node in usual.plant.nodes.items():
        if len(set(node.inputs)) > 1 and node.power_k == 1 and key in known:
            meeting = [one for one in sole[key] if one in known and known[one].kind in MEETING]
            if meeting:
                yield Problem(known[key].named, named(known, meeting))


def _sole_feeders(usual: Usual) -> dict[int, frozenset[int]]:
    """Device → everything whose loss alone takes its power: what all its inputs have in common."""
    found: dict[int, frozenset[int]] = {}
    for key in usual.plant.feeding_order:
        ways = [
            frozenset() if feeder is None else found.get(feeder, frozenset()) | {feeder}
            for feeder in usual.plant.nodes[key].inputs
        ]
        found[key] = frozenset.intersection(*ways) if ways else frozenset()
    return found


def _without_power_data(usual: Usual) -> Iterator[int]:
    for node in usual.plant.nodes.values():
        if not node.source and not any(node.inputs):
            yield node.id


def clients_without_power_data(usual: Usual, known: Known) -> Iterator[Problem]:
    for key in _without_power_data(usual):
        if key in known and known[key].owner:
            yield Problem(known[key].named, note=known[key].owner or "")


def own_without_power_data(usual: Usual, known: Known) -> Iterator[Problem]:
    for key in _without_power_data(usual):
        if key in known and not known[key].owner:
            yield Problem(known[key].named)


def uplinks_that_meet(usual: Usual, known: Known) -> Iterator[Problem]:
    """A switch or router with several uplinks and still only one independent way out."""
    plant, distance = usual.plant, usual.distance
    for key, device in known.items():
        if device.kind not in FORWARDING or key not in distance or plant.exits.get(key):
            continue
        up = [
            hop for hop, _link in plant.hops.get(key, ()) if distance.get(hop, distance[key]) < distance[key]
        ]
        if len(up) > 1 and usual.ways(key)[0] == 1:
            yield Problem(device.named, named(known, set(up)))
