"""The common cause of a storm that no alarm names: which node, if it had failed, would explain most of it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from assets.impact import Cut, Usual
from assets.impact.world import World
from monitoring.correlation.rules import (
    PRECISION_FLOOR,
    STORM_SHARE,
    STORM_SHARE_THINGS,
    STORM_THINGS,
)

# So many are judged by what they would break; the rest explains less even at first sight.
JUDGED = 12


@dataclass(frozen=True, slots=True)
class Suspect:
    """A node or circuit (`is_circuit`) and what speaks for it: shares of 0…1 and how many things it explains.

    `depth` grows downstream; `has_alarm` says that it has an alarm of its own.
    """

    key: int
    is_circuit: bool
    explained: int
    recall: float
    precision: float
    has_alarm: bool
    depth: int

    @property
    def f1(self) -> float:
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0

    @property
    def is_enough(self) -> bool:
        """Five things, or a third of all that hang on it; never a handful of a thousand."""
        if self.explained >= STORM_THINGS:
            return self.precision >= PRECISION_FLOOR or self.has_alarm
        return self.explained >= STORM_SHARE_THINGS and self.precision >= STORM_SHARE

    @property
    def order(self) -> tuple[float, float, bool, int]:
        """Recall first, then F1, then an own alarm, then the most downstream."""
        return (round(self.recall, 4), round(self.f1, 4), self.has_alarm, self.depth)


def infer(
    usual: Usual, *, down: frozenset[int], monitored: frozenset[int], alarmed: frozenset[int] = frozenset()
) -> list[Suspect]:
    """The suspects for `down` (nodes that are said not to work), the best first; those not enough are left out.

    Precision counts `monitored` nodes only: what nobody watches cannot be missed. `alarmed` are nodes with an open
    alarm of any kind.
    """
    here = down & usual.plant.nodes.keys()
    if len(here) < STORM_SHARE_THINGS:
        return []
    depths = _depths(usual)
    suspects = [
        _judged(usual, key, is_circuit, here, monitored, alarmed, depths)
        for key, is_circuit in _likely(usual, here)
    ]
    return sorted((one for one in suspects if one.is_enough), key=lambda one: one.order, reverse=True)


def _likely(usual: Usual, down: frozenset[int]) -> list[tuple[int, bool]]:
    """Nodes and circuits above what is down, those above most of it."""
    above: Counter[tuple[int, bool]] = Counter()
    for key in down:
        above.update({(node, False) for node in _above(usual, key)})
        above.update({(circuit, True) for circuit in _ways_out(usual, key)})
    most = max(above.values(), default=0)
    chosen = sorted(above, key=lambda one: (-above[one], one))
    # Ties at the edge stay in: who of them is right only judging tells.
    return [one for rank, one in enumerate(chosen) if rank < JUDGED or above[one] == most][: 2 * JUDGED]


def _above(usual: Usual, key: int) -> Iterator[int]:
    """The node itself, what feeds it at any remove, and what forwards its traffic, the nearest first."""
    plant = usual.plant
    seen, waiting = {key}, deque([key])
    while waiting:
        node = waiting.popleft()
        yield node
        near = [feeder for feeder in plant.nodes[node].inputs if feeder is not None]
        near += [hop for hop, _link in plant.hops.get(node, ()) if _is_closer(usual, hop, node)]
        for following in near:
            if following not in seen and following in plant.nodes:
                seen.add(following)
                waiting.append(following)


def _is_closer(usual: Usual, hop: int, node: int) -> bool:
    """Traffic goes this way: towards the exit, never back down."""
    here = usual.distance.get(node)
    return hop in usual.distance and (here is None or usual.distance[hop] < here)


def _ways_out(usual: Usual, key: int) -> Iterator[int]:
    for node in _above(usual, key):
        yield from usual.plant.exits.get(node, ())


def _judged(
    usual: Usual,
    key: int,
    is_circuit: bool,
    down: frozenset[int],
    monitored: frozenset[int],
    alarmed: frozenset[int],
    depths: Mapping[int, int],
) -> Suspect:
    broken = _broken_by(usual, key, is_circuit)
    explained = sum(broken(node) for node in down)
    predicted = sum(broken(node) for node in monitored | down)
    return Suspect(
        key=key,
        is_circuit=is_circuit,
        explained=explained,
        recall=explained / len(down),
        precision=explained / predicted if predicted else 0.0,
        has_alarm=not is_circuit and key in alarmed,
        depth=0 if is_circuit else depths.get(key, 0),
    )


def _broken_by(usual: Usual, key: int, is_circuit: bool) -> Callable[[int], bool]:
    """Whether a node would be down if that had failed and every battery were flat."""
    gone = Cut(circuits=frozenset({key})) if is_circuit else Cut(nodes=frozenset({key}))
    flat = frozenset(node.id for node in usual.plant.nodes.values() if node.runtime is not None)
    world = World(usual, gone | Cut(flat=flat))
    return world.is_down


def _depths(usual: Usual) -> dict[int, int]:
    """How far downstream a node is: the longest way from a source of power, and the way from the network's exit."""
    plant, fed = usual.plant, dict[int, int]()
    for key in plant.feeding_order:
        feeders = (one for one in plant.nodes[key].inputs if one is not None)
        fed[key] = 1 + max((fed.get(feeder, 0) for feeder in feeders), default=0)
    return {key: depth + usual.distance.get(key, 0) for key, depth in fed.items()}
