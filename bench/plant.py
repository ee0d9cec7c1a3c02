"""A data centre of any size for the figures: lines, UPSs, panels, racks with two strips and two switches, cores above."""

from __future__ import annotations

import random
from datetime import timedelta

from assets.impact import Circuit, Group, Link, Node, Plant, Service

LINES, PANELS, CORES, AGGREGATION, PER_RACK = 8, 10, 8, 40, 16
UPLINKS = 4
GROUP, GROUP_NEEDS = 8, 6


class Builder:
    """Makes the same plant every time."""

    def __init__(self, racks: int) -> None:
        self._dice = random.Random(1)
        self._nodes: list[Node] = []
        self._links: list[Link] = []
        self._groups: list[Group] = []
        self._services: list[Service] = []
        panels = [self._line(number) for number in range(LINES)]
        cores = [self._switch(panels[0][0], panels[1][0]) for _core in range(CORES)]
        self._circuits = [Circuit(number, core) for number, core in enumerate(cores, 1)]
        middle = [
            self._switch(panels[one % LINES][1], panels[(one + 1) % LINES][1]) for one in range(AGGREGATION)
        ]
        for switch in middle:
            self._uplink(switch, cores)
        for rack in range(racks):
            column = rack % PANELS
            self._rack(rack, panels[rack % LINES][column], panels[(rack + 1) % LINES][column], middle)

    def plant(self) -> Plant:
        return Plant.of(self._nodes, self._links, self._circuits, self._groups, self._services)

    def _node(self, *inputs: int, **values: object) -> int:
        node = Node(len(self._nodes) + 1, inputs, **values)  # type: ignore[arg-type]
        self._nodes.append(node)
        return node.id

    def _line(self, number: int) -> list[int]:
        ups = self._node(self._node(source=True), runtime=timedelta(minutes=10 + number))
        return [self._node(ups) for _panel in range(PANELS)]

    def _switch(self, *inputs: int) -> int:
        return self._node(*inputs, forwards=True)

    def _link(self, a: int, b: int) -> None:
        self._links.append(Link(len(self._links) + 1, a, b))

    def _uplink(self, switch: int, above: list[int]) -> None:
        for upper in self._dice.sample(above, UPLINKS):
            self._link(switch, upper)

    def _rack(self, client: int, panel_a: int, panel_b: int, middle: list[int]) -> None:
        strips = [self._node(self._node(panel)) for panel in (panel_a, panel_b)]
        switches = [self._switch(*strips), self._switch(*strips)]
        for switch in switches:
            self._uplink(switch, middle)
        members = []
        for number in range(PER_RACK):
            # Every third device has one power supply, every second one belongs to the client.
            device = self._node(
                *(strips if number % 3 else strips[:1]), client=client if number % 2 else None
            )
            members.append(device)
            for switch in switches:
                self._link(device, switch)
            self._services.append(Service(len(self._services) + 1, client, node=device))
        for begin in range(0, PER_RACK, GROUP):
            group = Group(len(self._groups) + 1, tuple(members[begin : begin + GROUP]), GROUP_NEEDS)
            self._groups.append(group)
            self._services.append(Service(len(self._services) + 1, client, group=group.id))


def build(racks: int) -> Plant:
    return Builder(racks).plant()


def edges(plant: Plant) -> int:
    """Everything the impact walks along: inputs, links, memberships, placements."""
    inputs = sum(len(node.inputs) for node in plant.nodes.values())
    return (
        inputs
        + len(plant.links)
        + sum(len(one.members) for one in plant.groups.values())
        + len(plant.services)
    )
