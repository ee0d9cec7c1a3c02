"""Lines over days; a day without a value is a gap, not a zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.frame import LEFT, PLOT_WIDTH, Axis, Mark, Tick, marks, number

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Dot:
    x: str
    y: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A series: `css` names its colour, `runs` are the points of each stretch without a gap."""

    css: str
    label: str
    runs: list[str]
    dots: list[Dot]


@dataclass(frozen=True, slots=True)
class LineChart:
    ticks: list[Tick]
    marks: list[Mark]
    lines: list[Line]
    goal_y: str = ""
    goal_label: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """What to draw; `titles` are what the pointer shows on each day."""

    css: str
    label: str
    values: Values
    titles: Sequence[str]


def line_chart(
    labels: list[str],
    series: Sequence[Series],
    axis: Axis,
    *,
    goal: float | None = None,
    goal_label: str = "",
) -> LineChart:
    """Series of the same length as `labels`, on one axis, perhaps with a goal drawn across."""
    positions = [LEFT + PLOT_WIDTH * (index + 0.5) / max(1, len(labels)) for index in range(len(labels))]
    lines = [_line(one, positions, axis) for one in series]
    goal_y = number(axis.y(goal)) if goal is not None else ""
    return LineChart(axis.ticks(), marks(labels, positions), lines, goal_y, goal_label)


def _line(series: Series, positions: list[float], axis: Axis) -> Line:
    runs: list[list[str]] = [[]]
    dots: list[Dot] = []
    for x, value, title in zip(positions, series.values, series.titles, strict=True):
        if value is None:
            runs.append([])
            continue
        place = Dot(number(x), number(axis.y(value)), title)
        runs[-1].append(f"{place.x},{place.y}")
        dots.append(place)
    return Line(series.css, series.label, [" ".join(run) for run in runs if len(run) > 1], dots)
