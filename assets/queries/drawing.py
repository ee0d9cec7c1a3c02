"""The power path of a device as boxes and lines: sources on top, the device at the bottom, its legs beside each other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assets.enums import EquipmentStatus
from assets.impact import Usual
from assets.models import PowerInput
from assets.queries.devices import PowerTree

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 138, 42, 16, 30, 8
LETTERS = 17
Mark = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A device, an input of the device in question, or what nobody knows. `state`: up, weak, down, unknown or out."""

    x: int
    y: int
    name: str
    short: str
    word: str
    state: str
    pk: int | None
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def first_line(self) -> int:
        return self.y + 18

    @property
    def second_line(self) -> int:
        return self.y + 33


@dataclass(frozen=True, slots=True)
class Line:
    """From what feeds to what is fed."""

    path: str
    state: str


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    boxes: list[Box]
    lines: list[Line]


def draw(tree: PowerTree, usual: Usual) -> Drawing:
    """Boxes by layer: a device lies above everything that it feeds."""
    return _Draughtsman(tree, usual).draw()


class _Draughtsman:
    def __init__(self, tree: PowerTree, usual: Usual) -> None:
        self._tree, self._usual = tree, usual
        # Marks: ("device", pk), ("input", pk of an input of the device), ("nobody", pk of an input nobody knows of).
        self._above: dict[Mark, list[Mark]] = defaultdict(list)
        self._inputs: dict[int, PowerInput] = {}
        self._connect()

    def _connect(self) -> None:
        root: Mark = ("device", self._tree.device.pk)
        for key, inputs in self._tree.inputs.items():
            for one in inputs:
                self._inputs[one.pk] = one
                source: Mark = ("device", one.provider_id) if one.provider_id else ("nobody", one.pk)
                below: Mark = ("device", key)
                if key == self._tree.device.pk:
                    below = ("input", one.pk)
                    self._above[root].append(below)
                if source not in self._above[below]:
                    self._above[below].append(source)

    def _layers(self) -> dict[Mark, int]:
        """The longest way down to the device. The trigger keeps power from running in a circle."""
        layer: dict[Mark, int] = {("device", self._tree.device.pk): 0}
        waiting = [("device", self._tree.device.pk)]
        while waiting:
            here = waiting.pop()
            for mark in self._above.get(here, ()):
                if layer.get(mark, 0) < layer[here] + 1:
                    layer[mark] = layer[here] + 1
                    waiting.append(mark)
        return layer

    def draw(self) -> Drawing:
        layer = self._layers()
        rows: dict[int, list[Mark]] = defaultdict(list)
        for mark in layer:
            rows[layer[mark]].append(mark)
        widest = max(len(row) for row in rows.values())
        total = widest * (WIDTH + ACROSS) - ACROSS
        boxes: dict[Mark, Box] = {}
        for number in sorted(rows):
            row = sorted(rows[number], key=lambda mark: (self._pull(mark, boxes), self._name(mark)))
            start = EDGE + (total - (len(row) * (WIDTH + ACROSS) - ACROSS)) // 2
            top = EDGE + (max(rows) - number) * (HEIGHT + DOWN)
            for place, mark in enumerate(row):
                boxes[mark] = self._box(mark, start + place * (WIDTH + ACROSS), top)
        lines = [
            self._line(boxes[mark], boxes[below]) for below, marks in self._above.items() for mark in marks
        ]
        height = 2 * EDGE + (max(rows) + 1) * (HEIGHT + DOWN) - DOWN
        return Drawing(total + 2 * EDGE, height, list(boxes.values()), lines)

    def _pull(self, mark: Mark, boxes: dict[Mark, Box]) -> float:
        """Above the middle of what it feeds."""
        fed = [
            boxes[below].middle for below, marks in self._above.items() if mark in marks and below in boxes
        ]
        return sum(fed) / len(fed) if fed else 0

    def _name(self, mark: Mark) -> str:
        kind, key = mark
        return self._tree.devices[key].name if kind == "device" else self._inputs[key].name

    def _box(self, mark: Mark, x: int, y: int) -> Box:
        kind, key = mark
        if kind == "device":
            device = self._tree.devices[key]
            return Box(
                x, y, device.name, _short(device.name), device.get_kind_display(), self._state(key), key
            )
        one = self._inputs[key]
        if kind == "input":
            leg = _("leg %(leg)s") % {"leg": one.leg} if one.leg else _("power input")
            state = self._state(one.provider_id) if one.provider_id else "unknown"
            return Box(x, y, one.name, _short(one.name), leg, state, None)
        return Box(x, y, "?", "?", _("nobody knows"), "unknown", None)

    def _state(self, key: int) -> str:
        if self._tree.devices[key].status != EquipmentStatus.ACTIVE:
            return "out"
        power = self._usual.power.state.get(key)
        return power.name.lower() if power else "unknown"

    def _line(self, upper: Box, lower: Box) -> Line:
        start, end = upper.y + HEIGHT, lower.y
        half = end - DOWN // 2
        path = f"M{upper.middle} {start}V{half}H{lower.middle}V{end}"
        return Line(path, upper.state)


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
