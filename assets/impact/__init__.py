"""What fails if this fails: power, network and services on plain adjacency loaded once; no ORM, no clock.

`assess(plant, failed, already)` answers with a state, a reason and, where only a battery stands between the two, the
time left. The rules are those of the registry's specification: power first, then the network, then who runs on it.
"""

from assets.impact.assessing import Assessment, Finding, assess
from assets.impact.plant import Circuit, Cut, Group, Link, Node, Plant, PowerLoop, Service
from assets.impact.states import Impact, Reason
from assets.impact.world import Usual

__all__ = [
    "Assessment",
    "Circuit",
    "Cut",
    "Finding",
    "Group",
    "Impact",
    "Link",
    "Node",
    "Plant",
    "PowerLoop",
    "Reason",
    "Service",
    "Usual",
    "assess",
]
