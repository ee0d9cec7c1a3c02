"""Changing the promise of a clock that already runs: rules R1, R2, R3 and R7 of domain §2.6."""

from __future__ import annotations

from datetime import datetime, timedelta

from sla.engine.calendars import ZERO
from sla.engine.clock import Clock
from sla.engine.terms import Target, Verdict

FROM_CHANGE, RETRO = "from_change", "retro"
MISCLASSIFIED = "misclassified"
MODES = {
    "impact_grew": FROM_CHANGE,
    "impact_fell": RETRO,
    "misclassified": RETRO,
    "customer_identified": RETRO,
    "scope_changed": RETRO,
}


def retarget(
    clock: Clock, at: datetime, target: Target, *, mode: str, version: int, reason: str = ""
) -> None:
    """Apply a new target. A clock that has missed keeps its verdict and its target (R3)."""
    if not clock.is_live or clock.verdict is not Verdict.RUNNING:
        return
    due, amount = clock.due_at, clock.target
    changed = _from_change(clock, at, target) if mode == FROM_CHANGE else _retro(clock, at, target)
    clock.version = version
    clock.note(
        at,
        "retargeted" if changed else "target_kept",
        **{
            "mode": mode,
            "reason": reason,
            "from": amount,
            "to": clock.target,
            "due_before": due,
            "due": clock.due_at,
            "calendar": clock.calendar.key,
            "policy": version,
        },
    )
    if changed and clock.target is not None and clock.elapsed(at) > clock.target:
        clock.miss(clock.instant(clock.target) or at, noticed_at=at)


def _from_change(clock: Clock, at: datetime, target: Target) -> bool:
    """R1: `due' = min(due, at ⊕ target)`, paused: `remaining' = min(remaining, target)`. True when it changed."""
    if target.amount is None:
        return False
    if clock.is_running:
        new_due = target.calendar.add(at, target.amount)
        if clock.due_at is not None and clock.due_at <= new_due:
            return False
    elif clock.target is not None and clock.target - clock.used <= target.amount:
        return False
    clock.target = clock.elapsed(at) + target.amount
    clock.break_run(at, target.calendar)
    return True


def _retro(clock: Clock, at: datetime, target: Target) -> bool:
    """R2: as if the new target and calendar had held from the start, with every pause kept."""
    clock.target, clock.calendar = target.amount, target.calendar
    clock.used = ZERO
    for run in clock.runs:
        run.calendar = target.calendar
        if run.end is not None:
            clock.used += run.length(run.end)
    clock.refresh()
    return True


def carry(clock: Clock, at: datetime, elapsed: timedelta, target: Target | None, version: int) -> None:
    """R7: the survivor of a merge takes the stricter target and the larger elapsed time; it never wins time.

    `target` is what a higher priority promises; None when the merge has not raised it. A breach this brings about happens at the merge, not before it.
    """
    if not clock.is_live or clock.verdict is not Verdict.RUNNING:
        return
    if (
        target is not None
        and target.amount is not None
        and (clock.target is None or target.amount < clock.target)
    ):
        _retro(clock, at, target)
        clock.version = version
    lump = elapsed - clock.elapsed(at)
    if lump > ZERO:
        clock.break_run(at, lump=lump)
    clock.note(at, "merged_in", carried=max(lump, ZERO), due=clock.due_at)
    if clock.target is not None and clock.elapsed(at) > clock.target:
        clock.miss(at, noticed_at=at)
