"""The column the queue sorts by, recomputed from stored clocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from sla.engine.states import TERMINAL
from sla.engine.terms import OBLIGATIONS, Kind, Verdict
from sla.enums import PROMISES
from sla.models import Clock
from tickets.models import Ticket
from tickets.services.due import set_next_dues

UNSORTED = OBLIGATIONS | {Kind.G15}
"""Clocks of our own that say nothing about which ticket comes next."""


class Deadline(Protocol):
    """What a stored clock and an engine clock have in common."""

    @property
    def kind(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def due_at(self) -> datetime | None: ...


def next_due(clocks: Iterable[Deadline]) -> tuple[datetime | None, str]:
    """The first response while it is owed; else the earliest open promise or the current line's own target.

    A missed line target has been prompted already and must not hide the customer's deadline.
    """
    candidates = [
        (clock.kind != Kind.FR, clock.due_at, str(clock.kind))
        for clock in clocks
        if clock.due_at is not None and clock.kind not in UNSORTED
        if clock.kind in PROMISES or clock.verdict == Verdict.RUNNING
    ]
    _, at, kind = min(candidates, default=(True, None, ""))
    return at, kind


def reorder(tickets: Iterable[Ticket]) -> None:
    """Sort tickets anew after deadlines have passed: one query and one update for all of them."""
    by_id = {ticket.pk: ticket for ticket in tickets}
    if not by_id:
        return
    live: dict[int, list[Clock]] = defaultdict(list)
    clocks = Clock.objects.live().filter(ticket_id__in=by_id, is_hidden=False, due_at__isnull=False)
    for clock in clocks.only("ticket_id", "kind", "verdict", "due_at"):
        live[clock.ticket_id].append(clock)
    set_next_dues(
        (ticket, *next_due(live[pk])) for pk, ticket in by_id.items() if ticket.state not in TERMINAL
    )
