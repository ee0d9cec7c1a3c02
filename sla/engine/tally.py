"""Counting what two policies make of the same tickets: kept and missed, clock by clock and ticket by ticket."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sla.engine.clock import Clock
from sla.engine.terms import OBLIGATIONS, Kind, Verdict

MOST_FLIPS = 200
UNCOUNTED = frozenset({Kind.UC}) | OBLIGATIONS
"""A vendor's date is no promise of a policy; what the desk owes itself depends on warnings that were really sent."""

DECIDING = (Kind.FR, Kind.RES)
Json = dict[str, Any]


def empty() -> Json:
    return {
        "clocks": {},
        "tickets": _pair(),
        "categories": {},
        "priorities": {},
        "flips": [],
        "worse": 0,
        "better": 0,
    }


def _pair() -> Json:
    return {"before": [0, 0], "after": [0, 0]}


def verdict(clocks: Iterable[Clock]) -> bool | None:
    """Whether a set of clocks was kept; None when none of them has been judged."""
    judged = [
        clock.verdict
        for clock in clocks
        if not clock.hidden and clock.verdict in (Verdict.MET, Verdict.MISSED)
    ]
    return None if not judged else Verdict.MISSED not in judged


def within(clocks: Iterable[Clock]) -> bool | None:
    """K1 of one ticket: first response and every cycle of the resolution kept; None until a resolution is judged."""
    deciding = [clock for clock in clocks if clock.kind in DECIDING]
    resolved = verdict(clock for clock in deciding if clock.kind is Kind.RES)
    return None if resolved is None else verdict(deciding)


def add(
    tally: Json, number: str, category: str, priority: int, before: list[Clock], after: list[Clock]
) -> None:
    """One ticket. Tickets of our own count nowhere, out-of-scope ones only by their clocks (§3)."""
    kind = category.partition(".")[0]
    for side, clocks in (("before", before), ("after", after)):
        for clock in clocks:
            if clock.kind not in UNCOUNTED and (kept := verdict([clock])) is not None:
                _count(tally["clocks"].setdefault(str(clock.kind), _pair()), side, kept)
    if kind == "OC":
        return
    for side, clocks in (("before", before), ("after", after)):
        kept = within(clocks)
        if kept is not None:
            _count(tally["tickets"], side, kept)
            _count(tally["categories"].setdefault(kind, _pair()), side, kept)
            _count(tally["priorities"].setdefault(str(priority), _pair()), side, kept)
    _flip(tally, number, before, after)


def _count(pair: Json, side: str, kept: bool) -> None:
    pair[side][0 if kept else 1] += 1


def _flip(tally: Json, number: str, before: list[Clock], after: list[Clock]) -> None:
    """A ticket that one policy misses and the other does not, with the clocks that decide it."""
    was_late, is_late = is_missed(before), is_missed(after)
    if was_late == is_late:
        return
    tally["worse" if is_late else "better"] += 1
    if len(tally["flips"]) < MOST_FLIPS:
        kinds = [str(kind) for kind in DECIDING if is_missed(before, kind) != is_missed(after, kind)]
        tally["flips"].append([number, "+".join(kinds), "met→missed" if is_late else "missed→met"])


def is_missed(clocks: Iterable[Clock], *kinds: Kind) -> bool:
    """A ticket that is still open and not late yet counts as kept so far."""
    return verdict(clock for clock in clocks if clock.kind in (kinds or DECIDING)) is False
