"""The result of a what-if run as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from sla.enums import RunState
from sla.models import WhatIf
from sla.queries.policies import entries_of, fingerprint
from sla.queries.promises import clock_name
from sla.queries.sheets import category_name
from tickets.enums import Priority
from tickets.models import Ticket

WIDTH = 240
"""Of a full bar, in units of the drawing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Kept of judged; `width` of the drawn bar. `share` is None when nothing was judged."""

    kept: int
    judged: int

    @property
    def share(self) -> float | None:
        return self.kept / self.judged if self.judged else None

    @property
    def percent(self) -> str:
        return "–" if self.share is None else f"{number_format(round(100 * self.share, 1), 1)} %"

    @property
    def width(self) -> int:
        return round(WIDTH * (self.share or 0))


@dataclass(frozen=True, slots=True)
class Pair:
    label: str
    before: Bar
    after: Bar

    @property
    def points(self) -> str:
        """The difference in percentage points, with its sign; empty when a side judged nothing."""
        if self.before.share is None or self.after.share is None:
            return ""
        points = round(100 * (self.after.share - self.before.share), 1)
        return f"{'+' if points > 0 else '−'}{number_format(abs(points), 1)}" if points else "0"

    @property
    def tone(self) -> str:
        points = self.points
        return "" if points in ("", "0") else "bad" if points.startswith("−") else "good"


@dataclass(frozen=True, slots=True)
class Flip:
    ticket: Ticket
    clocks: str
    is_better: bool


@dataclass(frozen=True, slots=True)
class Result:
    tickets: Pair
    clocks: list[Pair]
    categories: list[Pair]
    priorities: list[Pair]
    flips: list[Flip]
    better: int
    worse: int
    is_stale: bool


def result(run: WhatIf) -> Result | None:
    """What has been added up so far; None before the run is over. Two queries."""
    if run.state != RunState.DONE:
        return None
    given = run.result
    return Result(
        tickets=_pair(_("Tickets within SLA"), given["tickets"]),
        clocks=[_pair(clock_name(kind), pair) for kind, pair in sorted(given["clocks"].items())],
        categories=[_pair(category_name(code), pair) for code, pair in sorted(given["categories"].items())],
        priorities=[
            _pair(str(Priority(int(priority)).label), pair)
            for priority, pair in sorted(given["priorities"].items())
        ],
        flips=_flips(given["flips"]),
        better=given["better"],
        worse=given["worse"],
        is_stale=given["fingerprint"] != fingerprint(entries_of(run.version_id)),
    )


def _pair(label: str, given: dict[str, list[int]]) -> Pair:
    (met, missed), (kept, lost) = given["before"], given["after"]
    return Pair(label, Bar(met, met + missed), Bar(kept, kept + lost))


def _flips(given: list[list[Any]]) -> list[Flip]:
    tickets = Ticket.objects.filter(number__in=[number for number, *_rest in given]).only(
        "number", "subject", "priority"
    )
    by_number = {ticket.number: ticket for ticket in tickets}
    return [
        Flip(
            by_number[number],
            ", ".join(clock_name(kind) for kind in kinds.split("+") if kind),
            way == "missed→met",
        )
        for number, kinds, way in given
        if number in by_number
    ]
