"""One small state machine per kind of clock; `fold` shows each of them every event in this order."""

from sla.engine.machines.base import Machine
from sla.engine.machines.first import ClientNotice, FirstResponse
from sla.engine.machines.lines import LineClocks, Vendor
from sla.engine.machines.resolution import Goal, Resolution
from sla.engine.machines.talk import NextResponse, PeriodicUpdate

MACHINES: tuple[Machine, ...] = (
    FirstResponse(),
    ClientNotice(),
    NextResponse(),
    PeriodicUpdate(),
    Resolution(),
    Goal(),
    LineClocks(),
    Vendor(),
)
HEARING = tuple(machine for machine in MACHINES if type(machine).message is not Machine.message)
"""Those that care about messages: a busy thread is hardly anything else."""

__all__ = ["HEARING", "MACHINES", "Machine"]
