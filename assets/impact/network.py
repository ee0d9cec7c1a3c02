"""The network pass: who still reaches the world, and over how many independent ways."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from assets.impact.plant import Cut, Plant

Alive = Callable[[int], bool]
Distances = dict[int, int]


def reached(plant: Plant, cut: Cut, alive: Alive) -> Distances:
    """Forwarding nodes with a way to a live exit, each with its distance to the exit in hops."""
    distance = {
        node: 0
        for node, circuits in plant.exits.items()
        if plant.nodes[node].forwards and alive(node) and not cut.circuits.issuperset(circuits)
    }
    waiting = deque(distance)
    while waiting:
        node = waiting.popleft()
        for neighbour, link in plant.hops.get(node, ()):
            if neighbour not in distance and link not in cut.links and alive(neighbour):
                distance[neighbour] = distance[node] + 1
                waiting.append(neighbour)
    return distance


class Way(NamedTuple):
    """What a set of independent ways goes over. Untouched by a cut, their number cannot have fallen."""

    nodes: frozenset[int]
    links: frozenset[int]
    circuits: frozenset[int]

    def survives(self, cut: Cut, alive: Alive) -> bool:
        return (
            self.links.isdisjoint(cut.links)
            and self.circuits.isdisjoint(cut.circuits)
            and all(map(alive, self.nodes))
        )


# A node that forwards is split in two: 2·n is where a way enters it, 2·n+1 where it leaves; one way may cross.
# -c-1 is the world behind circuit c.
State = int
Near = dict[int, tuple[int, ...]]


class Ways:
    """Node-disjoint ways from `start` out of the house: a maximum flow with unit capacity on every node and circuit.

    Augmenting paths, nearest exit first, so that nearly every search goes straight up. `distance` are the nodes that
    reach an exit at all; `near` keeps what one cut makes of the neighbours, for all that are asked about under it.
    """

    def __init__(
        self, plant: Plant, cut: Cut, distance: Distances, start: int, near: Near | None = None
    ) -> None:
        self._plant, self._cut, self._distance, self._start = plant, cut, distance, start
        self._near = {} if near is None else near
        self._after: dict[State, set[State]] = defaultdict(set)
        self._before: dict[State, set[State]] = defaultdict(set)

    def count(self, limit: int) -> int:
        """How many there are, at most `limit`."""
        found = 0
        while found < limit and self._augment():
            found += 1
        return found

    def used(self) -> Way:
        """What the ways found go over, the start itself left out."""
        nodes = {state // 2 for state in self._after if self._after[state]} - {self._start}
        links: set[int] = set()
        circuits: set[int] = set()
        for state, following in self._after.items():
            for after in following:
                if after < 0:
                    circuits.add(-after - 1)
                elif after // 2 != state // 2:
                    links |= {link for hop, link in self._plant.hops[state // 2] if hop == after // 2}
        return Way(frozenset(nodes), frozenset(links), frozenset(circuits))

    def _augment(self) -> bool:
        """One more way, if there is one. Neighbours are looked at one by one, so that most of them never are."""
        start = 2 * self._start + 1
        came: dict[State, State] = {start: start}
        here, ahead = [start], [self._steps(start)]
        while here:
            for step in ahead[-1]:
                if step < 0:
                    self._take(came, here[-1], step)
                    return True
                if step not in came:
                    came[step] = here[-1]
                    here.append(step)
                    ahead.append(self._steps(step))
                    break
            else:
                here.pop()
                ahead.pop()
        return False

    def _steps(self, state: State) -> Iterator[State]:
        """Where one may go on, the nearest to an exit first; back along an earlier way comes last."""
        node, is_leaving = divmod(state, 2)
        after = self._after[state]
        if is_leaving:
            for circuit in self._plant.exits.get(node, ()):
                if circuit not in self._cut.circuits and -circuit - 1 not in after:
                    yield -circuit - 1
            for hop in self._hops(node):
                if hop != self._start and 2 * hop not in after:
                    yield 2 * hop
        elif not after:
            yield state + 1
        yield from self._before[state] - {2 * self._start + 1}

    def _hops(self, node: int) -> tuple[int, ...]:
        known = self._near.get(node)
        if known is None:
            hops = {hop for hop, link in self._plant.hops.get(node, ()) if link not in self._cut.links}
            ordered = sorted(hops & self._distance.keys(), key=self._distance.__getitem__)
            known = self._near[node] = tuple(ordered)
        return known

    def _take(self, came: dict[State, State], state: State, step: State) -> None:
        """Add the way found, from its end back; where it runs against an earlier one, the two cancel out."""
        while True:
            if state in self._after[step]:
                self._after[step].discard(state)
                self._before[state].discard(step)
            else:
                self._after[state].add(step)
                self._before[step].add(state)
            if came[state] == state:
                return
            step, state = state, came[state]
