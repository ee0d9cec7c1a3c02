"""Which open tickets are likely to miss, by how long their like have lasted (domain §2.7)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from accounts.enums import Actor
from common import clock as wall
from sla.engine.calendars import C247
from sla.engine.survival import ENOUGH, Curve
from sla.engine.terms import Kind, Verdict
from sla.models import Clock, LineLoad, RiskCurve
from sla.queries.rulebook import rulebook
from sla.queries.waiting import Wait, waits
from tickets.models import Ticket

FRESH_FOR = 60.0
"""Seconds a process goes on without asking whether there has been a new training."""

Group = tuple[str, int, int]
SHOWN = ("ticket_id", "kind", "target", "elapsed", "running_since", "intervals", "verdict", "stopped_at")


@dataclass(frozen=True, slots=True)
class Trained:
    """What the last night learned: curves by group, seconds of work per ticket by line."""

    at: datetime | None
    curves: dict[Group, Curve]
    loads: dict[int, float]


@dataclass(frozen=True, slots=True)
class Risk:
    """How an open ticket compares with its like. `elapsed` and `target` are seconds of its resolution clock.

    `more` is the time in which half of its like were resolved from here on, the wait in the queue included; None
    when fewer than half ever were.
    """

    ticket_id: int
    group: Group
    curve: Curve
    elapsed: float
    target: float
    wait: Wait | None = None

    @property
    def lasting(self) -> float:
        """Elapsed, and what the queue will still take: nobody works on it before."""
        return self.elapsed + (self.wait.seconds if self.wait else 0.0)

    @property
    def left(self) -> float:
        return self.target - self.elapsed

    @property
    def miss(self) -> float:
        """p = S(target) / S(elapsed)."""
        return self.curve.miss(self.lasting, self.target)

    @property
    def more(self) -> float | None:
        median = self.curve.median_remaining(self.lasting)
        return None if median is None else median + self.lasting - self.elapsed

    @property
    def is_at_risk(self) -> bool:
        return self.curve.is_at_risk(self.lasting, self.target)


def risks(actor: Actor, ids: Iterable[int], *, now: datetime | None = None) -> dict[int, Risk]:
    """The risk of each ticket that the actor sees, whose resolution clock runs and whose like are known.

    Three queries whatever the number; one or two more when a minute has passed since the last.
    """
    if not trained().curves:
        return {}
    tickets = Ticket.objects.visible_to(actor).filter(pk__in=list(ids))
    clocks = (
        Clock.objects.live()
        .filter(ticket__in=tickets, kind=Kind.RES, is_hidden=False)
        .select_related("ticket__category")
        .only(
            *SHOWN,
            *(
                f"ticket__{name}"
                for name in ("state", "line", "priority", "category__code", "category__kind")
            ),
        )
    )
    return measured(list(clocks), now or wall.now())


def of(ticket: Ticket, clocks: Iterable[Clock]) -> Risk | None:
    """The risk of one ticket whose clocks have been read already."""
    running = [one for one in clocks if counts_down(one)]
    for one in running:
        one.ticket = ticket
    return measured(running, wall.now()).get(ticket.pk)


def measured(clocks: list[Clock], now: datetime) -> dict[int, Risk]:
    """Risks by ticket from resolution clocks with their tickets. At most two queries, none without curves."""
    known = trained()
    running = [(one, found) for one in clocks if counts_down(one) and (found := _curve(one.ticket, known))]
    waiting = waits((one.ticket for one, _found in running), known.loads)
    return {
        one.ticket_id: Risk(
            one.ticket_id, group, curve, elapsed(one, now).total_seconds(), one.target.total_seconds(),
            waiting.get(one.ticket_id),
        )
        for one, (group, curve) in running if one.target is not None
    }  # fmt: skip


def counts_down(clock: Clock) -> bool:
    """Can it still be missed? A paused one cannot before it runs again."""
    return (
        clock.kind == Kind.RES
        and clock.verdict == Verdict.RUNNING
        and clock.stopped_at is None
        and clock.running_since is not None
        and clock.target is not None
    )


def elapsed(clock: Clock, now: datetime) -> timedelta:
    """Working time used up to now, from the row alone."""
    if clock.running_since is None:
        return clock.elapsed
    book = rulebook()
    _start, _end, key, *lump = clock.intervals[-1]
    calendar = book.calendars.get(key, C247) if book else C247
    return clock.elapsed + timedelta(seconds=sum(lump)) + calendar.elapsed(clock.running_since, now)


def groups(ticket: Ticket) -> Iterator[Group]:
    """Whom a ticket is compared with: its like, and wider circles for when those are too few."""
    if ticket.category:
        yield (ticket.category.code, ticket.priority, ticket.line)
        yield (ticket.category.code, ticket.priority, 0)
        yield (ticket.category.kind, ticket.priority, 0)
    yield ("", ticket.priority, 0)


def _curve(ticket: Ticket, known: Trained) -> tuple[Group, Curve] | None:
    for group in groups(ticket):
        curve = known.curves.get(group)
        if curve is not None and curve.size >= ENOUGH:
            return group, curve
    return None


# -- what the last night learned, kept by every process ------------------------------------------------------------
_trained: Trained | None = None
_checked = 0.0


def trained() -> Trained:
    """Curves and loads of the last training. No query while fresh, one a minute to see whether they still are."""
    global _trained, _checked
    if _trained is not None and time.monotonic() - _checked < FRESH_FOR:
        return _trained
    at = trained_at()
    if _trained is None or _trained.at != at:
        _trained = _read(at)
    _checked = time.monotonic()
    return _trained


def trained_at() -> datetime | None:
    """When the curves were made, the loads with them. One query."""
    found: datetime | None = RiskCurve.objects.aggregate(at=Max("trained_at"))["at"]
    return found


def forget() -> None:
    """Read everything again next time: after a training, and between tests."""
    global _trained
    _trained = None


def _read(at: datetime | None) -> Trained:
    if at is None:
        return Trained(None, {}, {})
    curves = {
        (row.category, row.priority, row.line): Curve(tuple(row.times), tuple(row.shares), row.size)
        for row in RiskCurve.objects.all()
    }
    return Trained(at, curves, dict(LineLoad.objects.values_list("line", "seconds")))
