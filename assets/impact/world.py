"""The plant under one cut: the state of every node and service, and what it would be with the batteries flat."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from assets.impact.network import Distances, Near, Way, Ways, reached
from assets.impact.plant import NOTHING, Cut, Group, Plant, Service
from assets.impact.power import Power, PowerPass, power_pass
from assets.impact.states import Impact, Reason


@dataclass(frozen=True, slots=True)
class Condition:
    """A state and why. `margin` is how many more members of a group may go; None where there is no group."""

    state: Impact
    reason: Reason = Reason.NONE
    margin: int | None = None


OK = Condition(Impact.OK)
Hops = frozenset[int]


Alike = int | Hops


def _alike(plant: Plant, node: int) -> Alike:
    """Endpoints on the same first hops have the same ways; what forwards is on a way itself and stands alone."""
    if plant.nodes[node].forwards:
        return node
    return frozenset(hop for hop, _ in plant.hops.get(node, ()))


class Usual:
    """The plant with nothing cut: what «less than usual» is measured against. Made once per plant."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.power = power_pass(plant, NOTHING)
        self.distance = reached(plant, NOTHING, self._is_up)
        self._out = [key for key in plant.exits if key in self.distance]
        self._ways: dict[Alike, tuple[int, Way]] = {}
        self._near: Near = {}

    def _is_up(self, node: int) -> bool:
        return self.power.state[node] is not Power.DOWN

    def ways(self, node: int) -> tuple[int, Way]:
        """How many independent ways the node usually has, and over what they go."""
        key = _alike(self.plant, node)
        known = self._ways.get(key)
        if known is None:
            ways = Ways(self.plant, NOTHING, self.distance, node, self._near)
            first = len(self.plant.hops.get(node, ())) + len(self.plant.exits.get(node, ()))
            # A search that cannot succeed looks at everything: none is begun once every exit has its way.
            limit = min(first, sum(len(self.plant.exits[reaching]) for reaching in self._out))
            known = self._ways[key] = (ways.count(limit), ways.used())
        return known


class World:
    """Everything under one cut. Conditions are worked out when asked for and kept."""

    def __init__(self, usual: Usual, cut: Cut) -> None:
        self.usual, self.plant, self.cut = usual, usual.plant, cut
        self._nodes: dict[int, Condition] = {}
        self._narrow: dict[tuple[Alike, Hops], bool] = {}
        self._near: Near = {}

    @cached_property
    def power(self) -> PowerPass:
        return power_pass(self.plant, self.cut, self.usual.power)

    @cached_property
    def surely(self) -> Distances:
        """Forwarding nodes that reach the world over equipment known to have power."""
        return reached(self.plant, self.cut, self._is_up)

    @cached_property
    def perhaps(self) -> Distances:
        """The same if everything unknown had power."""
        return reached(self.plant, self.cut, lambda node: self.power.state[node] is not Power.DOWN)

    def _is_up(self, node: int) -> bool:
        return self.power.state[node] is Power.UP

    def node(self, key: int) -> Condition:
        known = self._nodes.get(key)
        if known is None:
            known = self._nodes[key] = self._judge(key)
        return known

    def is_down(self, key: int) -> bool:
        """The same as `node(key).state` being DOWN, without asking how narrow its ways are."""
        if self.power.state[key] is Power.DOWN:
            return True
        return self._serves(key, self.usual.distance, NOTHING) and not self._serves(
            key, self.perhaps, self.cut
        )

    def _judge(self, key: int) -> Condition:
        power, network = self.power.state[key], self._network(key)
        if power is Power.DOWN:
            return Condition(Impact.DOWN, Reason.FAILED if key in self.cut.nodes else Reason.POWER)
        if network is Impact.DOWN:
            return Condition(Impact.DOWN, Reason.NETWORK)
        if power is Power.UNKNOWN:
            return Condition(Impact.UNKNOWN, Reason.POWER)
        if network is Impact.UNKNOWN:
            return Condition(Impact.UNKNOWN, Reason.NETWORK)
        if key in self.power.weak:
            return Condition(Impact.DEGRADED, Reason.POWER)
        return Condition(Impact.DEGRADED, Reason.NETWORK) if network is Impact.DEGRADED else OK

    def _network(self, key: int) -> Impact:
        """Only what usually reaches the world can lose it; a node without links is not judged by the network."""
        if not self._serves(key, self.usual.distance, NOTHING):
            return Impact.OK
        if not self._serves(key, self.surely, self.cut):
            return Impact.UNKNOWN if self._serves(key, self.perhaps, self.cut) else Impact.DOWN
        return Impact.DEGRADED if self.is_narrow(key) or self._inherits(key) else Impact.OK

    def _serves(self, key: int, distance: Distances, cut: Cut) -> bool:
        if self.plant.nodes[key].forwards:
            return key in distance
        return any(hop in distance and link not in cut.links for hop, link in self.plant.hops.get(key, ()))

    def is_narrow(self, key: int) -> bool:
        """Fewer independent ways than usual. Asked once for all nodes that hang on the same first hops."""
        live = self._live_hops(key)
        alike = (_alike(self.plant, key), live)
        known = self._narrow.get(alike)
        if known is None:
            known = self._narrow[alike] = self._has_fewer(key, len(live))
        return known

    def _has_fewer(self, key: int, first: int) -> bool:
        """Searched only where neither the usual ways are untouched nor the first or the last step decides it."""
        usually, over = self.usual.ways(key)
        if over.survives(self.cut, self.surely.__contains__):
            return False
        own = sum(circuit not in self.cut.circuits for circuit in self.plant.exits.get(key, ()))
        if min(first + own, self._exits) < usually:
            return True
        return Ways(self.plant, self.cut, self.surely, key, self._near).count(usually) < usually

    @cached_property
    def _exits(self) -> int:
        """Circuits that still lead out."""
        return sum(
            circuit not in self.cut.circuits
            for node, circuits in self.plant.exits.items()
            if node in self.surely
            for circuit in circuits
        )

    def _live_hops(self, key: int) -> Hops:
        hops = self.plant.hops.get(key, ())
        return frozenset(hop for hop, link in hops if hop in self.surely and link not in self.cut.links)

    def _inherits(self, key: int) -> bool:
        """An endpoint is as narrow as its first hops if all of the live ones are."""
        if self.plant.nodes[key].forwards:
            return False
        first = self._live_hops(key)
        return bool(first) and all(map(self.is_narrow, first))

    def service(self, service: Service) -> Condition:
        if service.group is not None:
            return self._group(self.plant.groups[service.group])
        if service.node is None:
            return Condition(Impact.UNKNOWN)
        found = self.node(service.node)
        is_own = self.plant.nodes[service.node].client == service.client
        return found if is_own or found.state is Impact.OK else Condition(found.state, Reason.HOST)

    def _group(self, group: Group) -> Condition:
        states = [self.node(member).state for member in group.members]
        unknown = states.count(Impact.UNKNOWN)
        alive = len(states) - unknown - states.count(Impact.DOWN)
        if alive >= group.k:
            worst = Impact.OK if all(state is Impact.OK for state in states) else Impact.DEGRADED
            return Condition(worst, Reason.HOST if worst is not Impact.OK else Reason.NONE, alive - group.k)
        state = Impact.UNKNOWN if alive + unknown >= group.k else Impact.DOWN
        return Condition(state, Reason.HOST, alive - group.k)
