"""The plant as it is built: equipment with its power inputs, links, circuits, groups and services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Node:
    """One piece of equipment.

    `inputs` are its power supplies in order, each the node that feeds it, or None when nobody knows. `power_k` of
    them must live. A `source` (utility, generator) needs none. `runtime` is how long a UPS lasts on its battery.
    Only what `forwards` (switch, router) carries traffic of others. `client` owns it, None is ours.
    """

    id: int
    inputs: tuple[int | None, ...] = ()
    power_k: int = 1
    source: bool = False
    runtime: timedelta | None = None
    forwards: bool = False
    client: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A network connection between two nodes, in both directions."""

    id: int
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Circuit:
    """A line out of the house that ends on a node; only an `egress` one leads to the world."""

    id: int
    node: int
    egress: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """A cluster or pair: it serves while `k` of its members do."""

    id: int
    members: tuple[int, ...]
    k: int = 1


@dataclass(frozen=True, slots=True)
class Service:
    """What a client has: on a node or on a group."""

    id: int
    client: int
    node: int | None = None
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """What does not work: failed or under maintenance.

    `flat` are UPSs whose battery is empty, `unfed` those that report running on it: whatever the registry thinks
    of what feeds them, nothing comes in.
    """

    nodes: frozenset[int] = frozenset()
    links: frozenset[int] = frozenset()
    circuits: frozenset[int] = frozenset()
    flat: frozenset[int] = frozenset()
    unfed: frozenset[int] = frozenset()

    def __or__(self, other: Cut) -> Cut:
        return Cut(
            self.nodes | other.nodes,
            self.links | other.links,
            self.circuits | other.circuits,
            self.flat | other.flat,
            self.unfed | other.unfed,
        )


NOTHING = Cut()


class PowerLoop(ValueError):
    """Power that feeds itself. `path` names the nodes of the loop, the first one again at its end."""

    def __init__(self, path: Sequence[int]) -> None:
        super().__init__(" → ".join(map(str, path)))
        self.path = tuple(path)


@dataclass(frozen=True)
class Plant:
    """Everything at one moment. Derived adjacency is made once and kept; the rows never change."""

    nodes: dict[int, Node]
    links: tuple[Link, ...] = ()
    circuits: tuple[Circuit, ...] = ()
    groups: dict[int, Group] = field(default_factory=dict)
    services: tuple[Service, ...] = ()

    @classmethod
    def of(
        cls,
        nodes: Iterable[Node],
        links: Iterable[Link] = (),
        circuits: Iterable[Circuit] = (),
        groups: Iterable[Group] = (),
        services: Iterable[Service] = (),
    ) -> Plant:
        return cls(
            {node.id: node for node in nodes},
            tuple(links),
            tuple(circuits),
            {group.id: group for group in groups},
            tuple(services),
        )

    @cached_property
    def feeding_order(self) -> tuple[int, ...]:
        """Every node after all that feed it. Raises `PowerLoop`."""
        order: list[int] = []
        done: set[int] = set()
        for start in self.nodes:
            self._visit(start, done, order)
        return tuple(order)

    def _visit(self, start: int, done: set[int], order: list[int]) -> None:
        """Depth first without recursion: a chain of panels may be longer than Python's stack."""
        path: list[int] = []
        stack: list[tuple[int, bool]] = [(start, False)]
        while stack:
            key, is_left = stack.pop()
            if is_left:
                path.pop()
                done.add(key)
                order.append(key)
            elif key in path:
                raise PowerLoop([*path[path.index(key) :], key])
            elif key not in done:
                path.append(key)
                stack.append((key, True))
                stack += [(feeder, False) for feeder in self._feeders(key) if feeder not in done]

    def _feeders(self, key: int) -> list[int]:
        return [feeder for feeder in self.nodes[key].inputs if feeder is not None and feeder in self.nodes]

    @cached_property
    def hops(self) -> dict[int, tuple[tuple[int, int], ...]]:
        """Node → its neighbours that forward, as (neighbour, link)."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for link in self.links:
            for near, far in ((link.a, link.b), (link.b, link.a)):
                if far in self.nodes and self.nodes[far].forwards:
                    found[near].append((far, link.id))
        return {key: tuple(pairs) for key, pairs in found.items()}

    @cached_property
    def exits(self) -> dict[int, tuple[int, ...]]:
        """Forwarding node → the circuits on it that lead out."""
        found: dict[int, list[int]] = defaultdict(list)
        for circuit in self.circuits:
            if circuit.egress and circuit.node in self.nodes:
                found[circuit.node].append(circuit.id)
        return {key: tuple(ids) for key, ids in found.items()}
