"""One clock: run intervals, a target and a verdict. It knows nothing of tickets, only of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sla.engine.calendars import ZERO, Calendar
from sla.engine.terms import Kind, Verdict


@dataclass(slots=True)
class Run:
    """A stretch during which the clock ran on one calendar; `end=None` while it still does.

    `lump` is time that a merge brought in at the start of the run (R7); ordinary runs have none.
    """

    start: datetime
    end: datetime | None
    calendar: Calendar
    lump: timedelta = ZERO

    def length(self, until: datetime) -> timedelta:
        return self.lump + self.calendar.elapsed(self.start, self.end or until)

    def reach(self, amount: timedelta, as_of: datetime | None = None) -> datetime:
        """When this run has contributed `amount`; the lump counts at once. By the hours published until `as_of`."""
        calendar = self.calendar if as_of is None else self.calendar.as_of(as_of)
        return calendar.add(self.start, amount - self.lump)

    def outlast(self, amount: timedelta) -> datetime:
        """Until when this run contributes no more than `amount`."""
        return self.calendar.outlast(self.start, amount - self.lump)


class Entry(NamedTuple):
    """One line of the ledger: what happened to the clock, when, and the figures that explain it."""

    at: datetime
    what: str
    facts: dict[str, Any]


@dataclass(slots=True)
class Clock:
    """met ⇔ elapsed ≤ target. A verdict other than running never changes, except met by a reopening (R5)."""

    kind: Kind
    cycle: int
    line: int
    target: timedelta | None
    calendar: Calendar
    version: int
    started_at: datetime
    runs: list[Run] = field(default_factory=list)
    used: timedelta = ZERO  # working time of the finished runs
    verdict: Verdict = Verdict.RUNNING
    due_at: datetime | None = None
    breached_at: datetime | None = None
    noticed_at: datetime | None = None  # when a breach in the past became true (R2)
    stopped_at: datetime | None = None
    hidden: bool = False
    about: str = ""  # what an obligation is owed for, in a word that tells it from others of its kind
    ledger: list[Entry] = field(default_factory=list)
    explained: bool = True  # whether the ledger is kept
    is_running: bool = False  # the last run is open; kept beside it, as a fold asks for it at every step

    @property
    def is_live(self) -> bool:
        """Neither stopped nor cancelled; it may be paused, and it may have missed already."""
        return self.stopped_at is None

    def note(self, at: datetime, what: str, **facts: Any) -> None:
        if self.explained:
            self.ledger.append(Entry(at, what, facts))

    def elapsed(self, at: datetime) -> timedelta:
        return self.used + self.runs[-1].length(at) if self.is_running else self.used

    def remaining(self, at: datetime) -> timedelta | None:
        return None if self.target is None else max(ZERO, self.target - self.elapsed(at))

    def start(self, at: datetime) -> None:
        """Run from `at`. Does nothing while running."""
        if not self.is_running:
            self.runs.append(Run(at, None, self.calendar))
            self.is_running = True
            self.refresh()

    def pause(self, at: datetime) -> None:
        if not self.is_running:
            return
        self._close_run(at)
        if self.verdict is Verdict.RUNNING:
            self.due_at = None

    def stop(self, at: datetime) -> None:
        """Freeze the verdict with its target and deadline. A clock without a promise ends as cancelled."""
        if self.is_running:
            if len(self.runs[-1].calendar.versions) > 1:
                self._freeze_due(at)
            self._close_run(at)
        self.stopped_at = at
        if self.breached_at is not None:
            self.due_at = self.breached_at
        if self.verdict is Verdict.RUNNING:
            self.verdict = Verdict.CANCELLED if self.target is None else Verdict.MET

    def _freeze_due(self, at: datetime) -> None:
        """A deadline ahead of the stop stays as the hours then in force had it, whatever is published later."""
        if self.verdict is Verdict.RUNNING and self.target is not None and self.due_at and self.due_at > at:
            self.due_at = self.runs[-1].reach(self.target - self.used, as_of=at)

    def cancel(self, at: datetime) -> None:
        """End without counting; a miss that already happened stays."""
        self.pause(at)
        self.stopped_at = at
        if self.verdict is not Verdict.MISSED:
            self.verdict, self.due_at = Verdict.CANCELLED, None

    def reopen(self, at: datetime) -> None:
        """Continue after a provisional stop (R5): a provisional «met» is open again, a miss is not."""
        self.stopped_at = None
        if self.verdict is not Verdict.MISSED:
            self.verdict = Verdict.RUNNING
        self.start(at)

    def advance(self, now: datetime) -> None:
        """Notice that more than the target has been used. A deadline at closing time is kept until it opens again."""
        if self.verdict is not Verdict.RUNNING or self.due_at is None or self.due_at >= now:
            return
        if self.target is not None and self.elapsed(now) > self.target:
            self.miss(self.due_at)

    def expires_at(self) -> datetime | None:
        """The last instant at which the promise is still kept; None while paused. Never before `due_at`."""
        if self.target is None or not self.is_running:
            return None
        if self.used > self.target:
            return self.due_at
        return self.runs[-1].outlast(self.target - self.used)

    def miss(self, at: datetime, noticed_at: datetime | None = None) -> None:
        self.verdict, self.breached_at, self.noticed_at = Verdict.MISSED, at, noticed_at
        self.due_at = at
        self.note(noticed_at or at, "missed", due=at)

    def refresh(self) -> None:
        """Recompute the deadline; a missed clock keeps the one it missed."""
        if self.verdict is not Verdict.RUNNING:
            return
        if not self.is_running or self.target is None:
            self.due_at = None
        elif self.target > self.used:
            run = self.runs[-1]
            self.due_at = run.calendar.add(run.start, self.target - self.used - run.lump)
        else:
            self.due_at = self.instant(self.target)

    def instant(self, amount: timedelta | None) -> datetime | None:
        """The earliest instant with `elapsed == amount` as far as the runs show; None if paused before it."""
        if amount is None:
            return None
        if self.is_running and amount > self.used:
            return self.runs[-1].reach(amount - self.used)
        total = ZERO
        for run in self.runs:
            length = run.length(run.start) if run.end is None else run.length(run.end)
            if total + length >= amount:
                return run.reach(amount - total)
            total += length
        return None

    def break_run(self, at: datetime, calendar: Calendar | None = None, lump: timedelta = ZERO) -> None:
        """Go on from `at` in a new run, perhaps on another calendar or with time brought in."""
        self.calendar = calendar or self.calendar
        if self.is_running:
            self._close_run(at)
            self.runs.append(Run(at, None, self.calendar, lump))
            self.is_running = True
        elif lump:
            self.runs.append(Run(at, at, self.calendar, lump))
            self.used += lump
        self.refresh()

    def _close_run(self, at: datetime) -> None:
        run = self.runs[-1]
        run.end, self.is_running = max(at, run.start), False
        self.used += run.lump + run.calendar.elapsed(run.start, run.end)
