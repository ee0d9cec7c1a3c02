"""The power pass: one walk along the feeding order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from assets.impact.plant import Cut, Node, Plant


class Power(Enum):
    UP = 1
    UNKNOWN = 2
    DOWN = 3


@dataclass(slots=True)
class PowerPass:
    """`state` of every node, how many of its inputs live, and which UPSs run on their batteries for how long."""

    state: dict[int, Power] = field(default_factory=dict)
    alive: dict[int, int] = field(default_factory=dict)
    weak: set[int] = field(default_factory=set)
    batteries: dict[int, timedelta] = field(default_factory=dict)


def power_pass(plant: Plant, cut: Cut, usual: PowerPass | None = None) -> PowerPass:
    """Who has power under `cut`. With `usual` (nothing cut) it also tells who has less than usual: `weak`.

    Distinct input slots are counted; a slot is in the state of what feeds it. Fewer than `power_k` alive, but
    enough if the unknown ones lived: UNKNOWN, never UP.
    """
    found = PowerPass()
    for key in plant.feeding_order:
        node = plant.nodes[key]
        dead = key in cut.unfed
        slots = [Power.DOWN if dead else _slot(found, feeder) for feeder in node.inputs]
        found.alive[key] = slots.count(Power.UP)
        found.state[key] = _state(node, slots, cut, found)
        if usual is not None and found.state[key] is Power.UP and _is_weak(node, found, usual):
            found.weak.add(key)
    return found


def _slot(found: PowerPass, feeder: int | None) -> Power:
    return Power.UNKNOWN if feeder is None else found.state.get(feeder, Power.UNKNOWN)


def _state(node: Node, slots: list[Power], cut: Cut, found: PowerPass) -> Power:
    if node.id in cut.nodes:
        return Power.DOWN
    if node.source or slots.count(Power.UP) >= node.power_k:
        return Power.UP
    if node.runtime is not None and node.id not in cut.flat:
        found.batteries[node.id] = node.runtime
        return Power.UP
    if not slots or slots.count(Power.UP) + slots.count(Power.UNKNOWN) >= node.power_k:
        return Power.UNKNOWN
    return Power.DOWN


def _is_weak(node: Node, found: PowerPass, usual: PowerPass) -> bool:
    """It lives with fewer inputs than usual, or every input it lives on is weak itself."""
    if found.alive[node.id] < usual.alive[node.id]:
        return True
    living = [feeder for feeder in node.inputs if feeder is not None and found.state.get(feeder) is Power.UP]
    return bool(living) and all(feeder in found.weak for feeder in living)
