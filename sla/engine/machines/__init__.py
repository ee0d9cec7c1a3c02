"""One small state machine per kind of clock; `fold` shows each of them every event in this order."""

from sla.engine.machines.base import Machine
from sla.engine.machines.first import ClientNotice, FirstResponse
from sla.engine.machines.lines import LineClocks, Vendor
from sla.engine.machines.obligations import Justifications, KnowledgeDebt, Reviews
from sla.engine.machines.resolution import Goal, Resolution
from sla.engine.machines.talk import NextResponse, PeriodicUpdate

REVIEWS = Reviews()
MACHINES: tuple[Machine, ...] = (
    FirstResponse(),
    ClientNotice(),
    NextResponse(),
    PeriodicUpdate(),
    Resolution(),
    Goal(),
    LineClocks(),
    Vendor(),
    REVIEWS,
    KnowledgeDebt(),
    Justifications(),
)
HEARING = tuple(machine for machine in MACHINES if type(machine).message is not Machine.message)
"""Those that care about messages: a busy thread is hardly anything else."""

MOVING = tuple(machine for machine in MACHINES if type(machine).moved is not Machine.moved)
NOTING = tuple(machine for machine in MACHINES if type(machine).noted is not Machine.noted)

__all__ = ["HEARING", "MACHINES", "MOVING", "NOTING", "REVIEWS", "Machine"]
