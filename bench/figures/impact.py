"""What fails if this fails, on a registry of ten thousand devices: the first question after it was loaded, and the next."""

import time

from bench import plant
from bench.figures import Figure, Needs, Result

RACKS = 450


def _assess() -> Result:
    """The slowest first answer of three failures, each on a plant that has answered nothing yet."""
    from assets.impact import Cut, Usual, assess

    built = plant.build(RACKS)
    source = next(node.id for node in built.nodes.values() if node.source)
    core = next(node.id for node in built.nodes.values() if node.forwards)
    cuts = {
        "a utility line": Cut(nodes=frozenset({source})),
        "a core": Cut(nodes=frozenset({core})),
        "all circuits but one": Cut(circuits=frozenset(one.id for one in built.circuits[1:])),
    }
    first, notes = [], []
    for name, cut in cuts.items():
        usual = Usual(plant.build(RACKS))
        taken = []
        for _round in range(2):
            began = time.perf_counter()
            assess(usual.plant, cut, usual=usual)
            taken.append((time.perf_counter() - began) * 1000)
        first.append(taken[0])
        notes.append(f"{name} {taken[0]:.0f}, again {taken[1]:.0f}")
    size = f"{len(built.nodes):,} nodes, {plant.edges(built):,} edges"
    return Result(max(first), "ms", len(built.services), f"{size}; {'; '.join(notes)}")


FIGURES = [Figure("impact_10k_ms", Needs.DATABASE, 1_000, _assess)]
