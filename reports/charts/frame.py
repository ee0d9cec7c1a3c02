"""The frame of a chart: its size, its axis, its labels. Coordinates are text, so that no locale puts commas into SVG."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 42, 8, 10, 24
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
BASE = TOP + PLOT_HEIGHT
MOST_LABELS = 10
STEPS = (1, 2, 2.5, 5, 10)


def number(value: float) -> str:
    """A coordinate."""
    return f"{value:.1f}"


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its label."""

    y: str
    label: str
    label_y: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label under the axis."""

    x: str
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis from `low` to `high` in round steps."""

    low: float
    high: float
    step: float
    unit: str = ""

    @classmethod
    def up_to(cls, highest: float, *, low: float = 0.0, unit: str = "", whole: bool = False) -> Axis:
        """Four or five round steps that hold `highest`."""
        span = max(highest - low, 1e-9)
        rough = span / 4
        power = 10 ** floor(log10(rough))
        step = next(factor * power for factor in STEPS if factor * power >= rough)
        if whole:
            step = max(1.0, float(ceil(step)))
        return cls(low, low + step * max(1, ceil(span / step - 1e-9)), step, unit)

    def y(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return BASE - PLOT_HEIGHT * (inside - self.low) / (self.high - self.low)

    def ticks(self) -> list[Tick]:
        count = round((self.high - self.low) / self.step)
        values = [self.low + self.step * index for index in range(count + 1)]
        return [
            Tick(number(self.y(value)), f"{value:g}{self.unit}", number(self.y(value) + 3.5))
            for value in values
        ]


def marks(labels: list[str], positions: list[float]) -> list[Mark]:
    """As many labels as fit, always the last one, because it is today."""
    every = max(1, ceil(len(labels) / MOST_LABELS))
    last = len(labels) - 1
    return [
        Mark(number(x), label)
        for index, (label, x) in enumerate(zip(labels, positions, strict=True))
        if (last - index) % every == 0
    ]
