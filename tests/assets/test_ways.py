"""Independent ways out of the house against an oracle that tries every set of routes."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from assets.impact import Circuit, Cut, Link, Node, Plant
from assets.impact.network import Ways, reached

SIZE = 6


@st.composite
def plants(draw):
    pairs = [(a, b) for a in range(SIZE) for b in range(a + 1, SIZE)]
    wired = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1))
    exits = draw(st.lists(st.integers(1, SIZE - 1), max_size=3))
    return Plant.of(
        [Node(key, source=True, forwards=key > 0) for key in range(SIZE)],
        [Link(number, a, b) for number, (a, b) in enumerate(wired)],
        [Circuit(number, node) for number, node in enumerate(exits)],
    )


def routes(plant: Plant, node: int, seen: tuple[int, ...] = ()):
    """Every simple route from the node to a circuit, as (forwarding nodes, circuit)."""
    for circuit in plant.exits.get(node, ()):
        if node != 0:
            yield frozenset(seen), circuit
    for hop, _ in plant.hops.get(node, ()):
        if hop not in seen:
            yield from routes(plant, hop, (*seen, hop))


def most(plant: Plant) -> int:
    """The largest number of routes of node 0 that share no node and no circuit."""
    found = list({(nodes, circuit) for nodes, circuit in routes(plant, 0)})
    shortest = [
        (nodes, circuit)
        for nodes, circuit in found
        if not any(other < nodes and exit_ == circuit for other, exit_ in found)
    ]
    for number in range(len(plant.circuits), 0, -1):
        for chosen in combinations(shortest, number):
            nodes = [node for route, _ in chosen for node in route]
            if len(set(nodes)) == len(nodes) and len({circuit for _, circuit in chosen}) == number:
                return number
    return 0


@given(plants())
@settings(max_examples=300, deadline=None)
def test_number_of_ways_is_the_largest_there_is(plant):
    distance = reached(plant, Cut(), lambda node: True)
    assert Ways(plant, Cut(), distance, 0).count(SIZE) == most(plant)


@given(plants(), st.integers(1, SIZE - 1))
@settings(max_examples=300, deadline=None)
def test_cut_that_leaves_the_ways_found_alone_does_not_lessen_them(plant, lost):
    distance = reached(plant, Cut(), lambda node: True)
    ways = Ways(plant, Cut(), distance, 0)
    count = ways.count(SIZE)
    cut = Cut(nodes=frozenset({lost}))
    alive = reached(plant, cut, lambda node: node != lost)
    if ways.used().survives(cut, lambda node: node != lost):
        assert Ways(plant, cut, alive, 0).count(SIZE) == count
