"""The front of a rack as a drawing: units from the bottom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assets.models import Equipment, Rack
from assets.queries import places

UNIT, NUMBERS, WIDTH, EDGE = 20, 30, 330, 4
LETTERS = 38


@dataclass(frozen=True, slots=True)
class Slot:
    device: Equipment
    x: int
    y: int
    width: int
    height: int
    short: str

    @property
    def baseline(self) -> int:
        return self.y + self.height // 2 + 4


@dataclass(frozen=True, slots=True)
class Elevation:
    width: int
    height: int
    inner: int
    units: list[tuple[int, int]]
    slots: list[Slot]


def elevation(rack: Rack, devices: Iterable[Equipment]) -> Elevation:
    inside = WIDTH - NUMBERS - EDGE
    slots = []
    for one in places.elevation(devices):
        top = EDGE + (rack.units - (one.low + one.height - 1)) * UNIT
        width = inside // one.lanes
        letters = max(4, LETTERS // one.lanes)
        name = one.device.name
        short = name if len(name) <= letters else f"{name[: letters - 1]}…"
        slots.append(
            Slot(one.device, NUMBERS + one.lane * width, top + 1, width - 2, one.height * UNIT - 2, short)
        )
    units = [(number, EDGE + (rack.units - number) * UNIT) for number in range(rack.units, 0, -1)]
    return Elevation(WIDTH, rack.units * UNIT + 2 * EDGE, inside, units, slots)
