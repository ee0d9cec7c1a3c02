"""The sample data centre of the registry's specification: two power lines, a third rack on one of them only."""

from datetime import timedelta

from assets.impact import Circuit, Cut, Group, Link, Node, Plant, Service

NAMES = [
    "util-A",
    "ups-A",
    "pan-A",
    "FA1",
    "FA2",
    "FA3",
    "util-B",
    "ups-B",
    "pan-B",
    "FB1",
    "FB2",
    "pdu-1A",
    "pdu-1B",
    "pdu-2A",
    "pdu-2B",
    "pdu-3A",
    "ats-2",
    "core-1",
    "core-2",
    "acc-1",
    "acc-2",
    "acc-3",
    "hv-1",
    "hv-2",
    "hv-3",
    "alfa",
    "beta",
    "gamma",
    "delta",
    "zeta",
    "theta",
    "upsilon",
]
ID = {name: number for number, name in enumerate(NAMES, 1)}
CLIENTS = ["alfa", "beta", "gamma", "delta", "zeta", "theta", "upsilon", "epsilon", "eta", "iota"]
CLIENT = {name: number for number, name in enumerate(CLIENTS, 101)}
FED = {
    "ups-A": "util-A", "pan-A": "ups-A", "FA1": "pan-A", "FA2": "pan-A", "FA3": "pan-A", "ups-B": "util-B",
    "pan-B": "ups-B", "FB1": "pan-B", "FB2": "pan-B", "pdu-1A": "FA1", "pdu-1B": "FB1", "pdu-2A": "FA2",
    "pdu-2B": "FB2", "pdu-3A": "FA3", "ats-2": "pdu-2A pdu-2B", "core-1": "pdu-1A pdu-1B", "core-2": "pdu-2A pdu-2B",
    "acc-1": "pdu-1A pdu-1B", "acc-2": "pdu-2A pdu-2B", "acc-3": "pdu-3A", "hv-1": "pdu-1A pdu-1B",
    "hv-2": "pdu-2A pdu-2B", "hv-3": "pdu-3A pdu-3A", "alfa": "pdu-1A", "beta": "ats-2", "gamma": "pdu-1A pdu-1B",
    "delta": "pdu-3A", "zeta": "pdu-2B", "theta": "pdu-2A pdu-2A pdu-2B pdu-2B", "upsilon": "?",
}  # fmt: skip
WIRED = [
    ("acc-1", "core-1"), ("acc-1", "core-2"), ("acc-2", "core-1"), ("acc-2", "core-2"), ("acc-3", "core-1"),
    ("acc-3", "core-2"), ("hv-1", "acc-1"), ("hv-1", "acc-2"), ("hv-2", "acc-1"), ("hv-2", "acc-2"), ("hv-3", "acc-3"),
    ("alfa", "acc-1"), ("beta", "acc-2"), ("gamma", "acc-1"), ("delta", "acc-3"), ("zeta", "acc-3"),
    ("theta", "acc-2"), ("upsilon", "acc-2"),
]  # fmt: skip
TR1, TR2 = 1, 2
FORWARDING = ("core-", "acc-")
RUNTIME = timedelta(minutes=10)


def node(name: str, theta_k: int = 3) -> Node:
    feeders = tuple(None if feeder == "?" else ID[feeder] for feeder in FED.get(name, "").split())
    return Node(
        ID[name],
        feeders,
        power_k=theta_k if name == "theta" else 1,
        source=name.startswith("util"),
        runtime=RUNTIME if name.startswith("ups-") else None,
        forwards=name.startswith(FORWARDING),
        client=CLIENT.get(name),
    )


def dc1(theta_k: int = 3) -> Plant:
    services = [Service(CLIENT[name], CLIENT[name], node=ID[name]) for name in CLIENTS[:7]]
    services += [
        Service(CLIENT["epsilon"], CLIENT["epsilon"], group=1),
        Service(CLIENT["eta"], CLIENT["eta"], node=ID["hv-1"]),
        Service(CLIENT["iota"], CLIENT["iota"], node=ID["hv-3"]),
    ]
    links = [Link(number, ID[a], ID[b]) for number, (a, b) in enumerate(WIRED, 1)]
    circuits = [Circuit(TR1, ID["core-1"]), Circuit(TR2, ID["core-2"])]
    group = Group(1, (ID["hv-1"], ID["hv-2"]), k=1)
    return Plant.of([node(name, theta_k) for name in NAMES], links, circuits, [group], services)


def cut(*names: str, flat: str = "", circuits: tuple[int, ...] = ()) -> Cut:
    return Cut(
        nodes=frozenset(ID[name] for name in names),
        circuits=frozenset(circuits),
        flat=frozenset(ID[name] for name in flat.split()),
    )
