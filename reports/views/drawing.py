"""From figures to charts: which numbers, which colours, which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.charts import bars, lines
from reports.charts.frame import Axis
from reports.queries.backlog import Age
from reports.queries.days import Day
from sla.templatetags.figures import percent, seconds
from tickets.enums import CategoryKind

GOAL = 95.0
PROMISE = 90.0
KINDS = (
    CategoryKind.EMERGENCY,
    CategoryKind.CHANGE,
    CategoryKind.MAINTENANCE,
    CategoryKind.INFORMATION,
    CategoryKind.OUT_OF_SCOPE,
)
LINES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Table:
    """The same figures as text, for those who cannot or do not want to read the drawing."""

    head: list[str]
    rows: list[list[str]]


def names(days: Sequence[Day]) -> list[str]:
    return [date_format(day.date, "j.m") for day in days]


def first_share(days: Sequence[Day]) -> tuple[lines.LineChart, Table]:
    """Share answered within 90 seconds, day by day, with the goal across."""
    values = [day.first.percent for day in days]
    floor = min([GOAL - 5, *(value for value in values if value is not None)])
    axis = Axis.up_to(100, low=floor // 10 * 10, unit=" %")
    labels = names(days)
    series = lines.Series(
        "chart-accent", _("within 90 s"), values,
        [f"{label}: {percent(day.first)} (n = {day.first.total})" for label, day in zip(labels, days, strict=True)],
    )  # fmt: skip
    chart = lines.line_chart(labels, [series], axis, goal=GOAL, goal_label=_("goal 95 %"))
    rows = [
        [label, percent(day.first), str(day.first.total)] for label, day in zip(labels, days, strict=True)
    ]
    return chart, Table([_("Day"), _("Within 90 s"), _("Answers due")], rows)


def first_seconds(days: Sequence[Day]) -> tuple[lines.LineChart, Table]:
    """The middle and the slow end of the first response, day by day, with the promise across."""
    labels = names(days)
    highest = max([PROMISE * 1.2, *(day.p95 for day in days if day.p95 is not None)])
    axis = Axis.up_to(highest, unit=_(" s"))
    series = [
        lines.Series("chart-accent", "p50", [day.p50 for day in days], _titles(labels, "p50", [day.p50 for day in days])),
        lines.Series("chart-warn", "p95", [day.p95 for day in days], _titles(labels, "p95", [day.p95 for day in days])),
    ]  # fmt: skip
    chart = lines.line_chart(labels, series, axis, goal=PROMISE, goal_label=_("promise 90 s"))
    rows = [[label, seconds(day.p50), seconds(day.p95)] for label, day in zip(labels, days, strict=True)]
    return chart, Table([_("Day"), "p50", "p95"], rows)


def _titles(labels: Sequence[str], name: str, values: Sequence[float | None]) -> list[str]:
    return [f"{label}: {name} {seconds(value)}" for label, value in zip(labels, values, strict=True)]


def volume(days: Sequence[Day]) -> tuple[bars.ColumnChart, Table]:
    """Requests received per day, by kind; those that nobody has classified come last."""
    keys = [*(str(kind) for kind in KINDS), ""]
    words = [*(str(kind.label) for kind in KINDS), _("not classified")]
    legend = [
        bars.Legend(f"chart-{key.lower() or 'none'}", word) for key, word in zip(keys, words, strict=True)
    ]
    labels, stacks = names(days), [[day.received.get(key, 0) for key in keys] for day in days]
    titles = [f"{label}: {sum(stack)}" for label, stack in zip(labels, stacks, strict=True)]
    rows = [[label, *map(str, stack), str(sum(stack))] for label, stack in zip(labels, stacks, strict=True)]
    return bars.column_chart(labels, stacks, titles, legend), Table([_("Day"), *words, _("Total")], rows)


def resolutions(days: Sequence[Day]) -> tuple[bars.ColumnChart, Table]:
    """Resolution deadlines judged per day: kept below, missed on top."""
    legend = [bars.Legend("chart-good", _("in time")), bars.Legend("chart-bad", _("missed"))]
    labels = names(days)
    stacks = [[day.resolved.met, day.resolved.total - day.resolved.met] for day in days]
    titles = [
        f"{label}: {percent(day.resolved)} (n = {day.resolved.total})"
        for label, day in zip(labels, days, strict=True)
    ]
    rows = [
        [label, str(stack[0]), str(stack[1]), percent(day.resolved)]
        for label, stack, day in zip(labels, stacks, days, strict=True)
    ]
    head = [_("Day"), _("In time"), _("Missed"), _("Share")]
    return bars.column_chart(labels, stacks, titles, legend), Table(head, rows)


def backlog(ages: Sequence[Age]) -> tuple[bars.BarChart, Table]:
    """Open tickets by age, coloured by line."""
    words = [_("Line %(line)d") % {"line": line} for line in LINES]
    legend = [bars.Legend(f"chart-line{line}", word) for line, word in zip(LINES, words, strict=True)]
    groups = [(str(age.label), [age.lines.get(line, 0) for line in LINES]) for age in ages]
    titles = [f"{label}: {sum(values)}" for label, values in groups]
    rows = [[label, *map(str, values), str(sum(values))] for label, values in groups]
    return bars.bar_chart(groups, titles, legend), Table([_("Age"), *words, _("Total")], rows)
