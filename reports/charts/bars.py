"""Columns over days, in parts on top of each other; and lying bars for a handful of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.frame import BASE, LEFT, PLOT_HEIGHT, PLOT_WIDTH, TOP, Axis, Mark, Tick, marks, number

FILLED = 0.74
ROW, BAR, NAME, BAR_WIDTH = 26, 16, 104, 560


@dataclass(frozen=True, slots=True)
class Part:
    """One coloured piece: a rectangle and the class of its colour."""

    x: str
    y: str
    width: str
    height: str
    css: str


@dataclass(frozen=True, slots=True)
class Column:
    """A day. The transparent `x`–`width` field catches the pointer over its whole height."""

    x: str
    width: str
    title: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Legend:
    css: str
    label: str


@dataclass(frozen=True, slots=True)
class ColumnChart:
    ticks: list[Tick]
    marks: list[Mark]
    columns: list[Column]
    legend: list[Legend]
    top: int = TOP
    height: int = PLOT_HEIGHT


def column_chart(
    labels: list[str], stacks: Sequence[Sequence[int]], titles: Sequence[str], legend: Sequence[Legend]
) -> ColumnChart:
    """`stacks[day][part]` in the order of the legend, the first part at the bottom."""
    axis = Axis.up_to(max([1, *(sum(stack) for stack in stacks)]), whole=True)
    pitch = PLOT_WIDTH / max(1, len(labels))
    columns = [
        _column(LEFT + pitch * index, pitch, stack, title, legend, axis)
        for index, (stack, title) in enumerate(zip(stacks, titles, strict=True))
    ]
    middles = [LEFT + pitch * (index + 0.5) for index in range(len(labels))]
    return ColumnChart(axis.ticks(), marks(labels, middles), columns, list(legend))


def _column(
    left: float, pitch: float, stack: Sequence[int], title: str, legend: Sequence[Legend], axis: Axis
) -> Column:
    parts: list[Part] = []
    below, width = 0, pitch * FILLED
    for value, key in zip(stack, legend, strict=True):
        if value:
            top, foot = axis.y(below + value), axis.y(below)
            parts.append(
                Part(
                    number(left + (pitch - width) / 2),
                    number(top),
                    number(width),
                    number(foot - top),
                    key.css,
                )
            )
        below += value
    return Column(number(left), number(pitch), title, parts)


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    label_y: str
    total: int
    total_x: str
    title: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class BarChart:
    height: int
    name_x: int
    bars: list[Bar]
    legend: list[Legend]


def bar_chart(
    groups: Sequence[tuple[str, Sequence[int]]], titles: Sequence[str], legend: Sequence[Legend]
) -> BarChart:
    """Lying bars, one per group, on one scale; the total is written at the end."""
    longest = max([1, *(sum(values) for _label, values in groups)])
    bars = [
        _bar(index, label, values, title, legend, longest)
        for index, ((label, values), title) in enumerate(zip(groups, titles, strict=True))
    ]
    return BarChart(ROW * len(groups) + 4, NAME - 8, bars, list(legend))


def _bar(
    index: int, label: str, values: Sequence[int], title: str, legend: Sequence[Legend], longest: int
) -> Bar:
    y, parts, x = 2.0 + ROW * index, [], float(NAME)
    for value, key in zip(values, legend, strict=True):
        width = BAR_WIDTH * value / longest
        if value:
            parts.append(Part(number(x), number(y + (ROW - BAR) / 2), number(width), number(BAR), key.css))
        x += width
    return Bar(label, number(y + ROW / 2 + 4), sum(values), number(x + 6), title, parts)


__all__ = ["BASE", "BarChart", "ColumnChart", "Legend", "bar_chart", "column_chart"]
