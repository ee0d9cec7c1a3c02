"""From two worlds to an answer: what is hit, what will be when the batteries are flat, and what of it is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from assets.impact.plant import NOTHING, Cut, Plant
from assets.impact.states import Impact, Reason
from assets.impact.world import Condition, Usual, World

Ask = Callable[[World, int], Condition]


@dataclass(frozen=True, slots=True)
class Finding:
    """What becomes of one service or node. `left` is the time until a battery on its way is flat (AT_RISK only).

    `before` is its state under what was down already; `is_new` what this failure alone has brought.
    """

    state: Impact
    reason: Reason
    left: timedelta | None
    margin: int | None
    before: Impact
    margin_before: int | None

    @property
    def is_new(self) -> bool:
        """The state is worse than before, or a group has lost members it could spare."""
        if self.state.is_worse_than(self.before):
            return True
        return self.margin is not None and self.margin_before is not None and self.margin < self.margin_before


@dataclass(frozen=True, slots=True)
class Assessment:
    """Findings by service and by node; everything that is OK is left out."""

    services: Mapping[int, Finding]
    nodes: Mapping[int, Finding]
    owners: Mapping[int, int]

    def clients(self) -> dict[int, tuple[Impact, list[int]]]:
        """Client → the worst state of its services and the services hit, the worst first."""
        hit: dict[int, list[int]] = defaultdict(list)
        for key in self.services:
            hit[self.owners[key]].append(key)
        found = {}
        for client, keys in hit.items():
            keys.sort(key=lambda key: (self.services[key].state.rank, key))
            found[client] = (self.services[keys[0]].state, keys)
        return found

    def in_state(self, state: Impact) -> list[int]:
        """Services in a state."""
        return [key for key, finding in self.services.items() if finding.state is state]


def assess(
    plant: Plant,
    failed: Cut,
    already: Cut = NOTHING,
    *,
    left: Mapping[int, timedelta] | None = None,
    usual: Usual | None = None,
) -> Assessment:
    """What `failed` does while `already` (open incidents, maintenance) is down.

    `left` overrides how long the battery of a UPS still lasts. `usual` may be kept with the plant and passed again.
    Raises `PowerLoop` for a plant that feeds itself.
    """
    usual = usual or Usual(plant)
    before, now = World(usual, already), World(usual, failed | already)
    later = list(_as_batteries_go(now, left or {}))
    services = {service.id: service for service in plant.services}
    return Assessment(
        _findings(services, lambda world, key: world.service(services[key]), before, now, later),
        _findings(plant.nodes, World.node, before, now, later),
        {service.id: service.client for service in plant.services},
    )


def _as_batteries_go(now: World, left: Mapping[int, timedelta]) -> Iterator[tuple[timedelta, World]]:
    """The world after each battery in turn; a UPS further down may begin to run on its own only then.

    One that would run on it with nothing failed has an input nobody knows: that is no news, and no deadline.
    """
    cut, passed, world, always = now.cut, timedelta(0), now, now.usual.power.batteries.keys()
    while running := {
        key: left.get(key, lasts) for key, lasts in world.power.batteries.items() if key not in always
    }:
        passed = max(passed, min(running.values()))
        cut = cut | Cut(flat=frozenset(key for key, lasts in running.items() if lasts <= passed))
        world = World(now.usual, cut)
        yield passed, world


def _findings(
    keys: Iterable[int],
    ask: Ask,
    before: World,
    now: World,
    later: list[tuple[timedelta, World]],
) -> dict[int, Finding]:
    found = {}
    for key in keys:
        finding = _finding(
            ask(before, key), ask(now, key), [(after, ask(world, key)) for after, world in later]
        )
        if finding.state is not Impact.OK:
            found[key] = finding
    return found


def _finding(before: Condition, now: Condition, later: list[tuple[timedelta, Condition]]) -> Finding:
    chosen, left = now, None
    if now.state is not Impact.DOWN:
        lost = next(((after, then) for after, then in later if then.state is Impact.DOWN), None)
        if lost is not None:
            left, chosen = lost[0], Condition(Impact.AT_RISK, lost[1].reason, lost[1].margin)
        else:
            chosen = min([now, *(then for _, then in later)], key=lambda one: one.state.rank)
    return Finding(chosen.state, chosen.reason, left, chosen.margin, before.state, before.margin)
