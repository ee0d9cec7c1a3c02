"""Proving, and on request restoring, that stored clocks equal a replay of the events."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from common.db import lock_one
from sla.engine.events import Event
from sla.engine.fold import fold
from sla.models import Clock, MonthClosing
from sla.queries.attainment import month_start
from sla.services import projecting
from sla.services.folding import judged_at, refold, stored
from sla.services.loading import brought, log, logs, rules
from tickets.models import Ticket

logger = logging.getLogger(__name__)

COMPARED = tuple(
    name for name in projecting.FIELDS if name not in {"next_at", "next_threshold", "ahead", "detected_at"}
)
"""What the sweep alone decides (what has fired, when a miss was noticed) is not the fold's to judge."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One stored clock that a replay sees differently; `fields` maps a name to (stored, replayed).

    `mended` is None where nothing was to be repaired.
    """

    number: str
    clock: str
    fields: dict[str, tuple[object, object]]
    mended: bool | None = None


def drifts(ticket: Ticket) -> list[Drift]:
    """Differences between the stored clocks of one ticket and a replay. A miss the sweep has yet to see is none."""
    return _compared(ticket, log(ticket.pk), list(Clock.objects.filter(ticket_id=ticket.pk)))


def _compared(ticket: Ticket, events: list[Event], clocks: list[Clock]) -> list[Drift]:
    known = {projecting.key_of(clock): clock for clock in clocks}
    book = rules()
    folded = fold(events, book.policy, as_of=judged_at(clocks), sources=brought, explain=False)
    replayed = {projecting.key_of(clock): clock for clock in folded.clocks}
    found = [
        Drift(ticket.number, str(key), {"clock": ("stored", None)})
        for key in sorted(known.keys() - replayed.keys())
        if not projecting.is_void(known[key])
    ]
    for key, clock in replayed.items():
        before = known.get(key)
        if before is None:
            found.append(Drift(ticket.number, str(key), {"clock": (None, "replayed")}))
            continue
        row = projecting.project(clock, ticket.pk, book, before)
        fields = {
            name: (getattr(before, name), getattr(row, name))
            for name in COMPARED
            if getattr(before, name) != getattr(row, name)
        }
        if fields and not _awaits_sweep(before, row):
            found.append(Drift(ticket.number, str(key), fields))
    return found


def _awaits_sweep(before: Clock, row: Clock) -> bool:
    """Only time has passed: the next sweep (or, for a hidden clock, the next event) writes what the replay says."""
    return (before.next_at is not None or before.is_hidden) and before.due_at == row.breached_at


def check(*, repair: bool = False, batch: int = 500, until: int | None = None) -> Iterator[Drift]:
    """Walk all tickets in order of key (to `until`), three queries per batch, with flat memory.

    The desk may go on working: what looks different is looked at once more under the lock of its ticket before it is
    named. With `repair` the replay is written there and then, for such tickets only; what it cannot mend is named
    with `mended=False`, and so is a ticket whose log cannot be replayed.
    """
    last = 0
    while page := _page(last, until, batch):
        last = page[-1].pk
        keys = [ticket.pk for ticket in page]
        events, clocks = logs(keys), stored(keys)
        for ticket in page:
            if _differs(ticket, events[ticket.pk], clocks[ticket.pk]):
                yield from _looked_at_again(ticket, repair=repair)


def _page(last: int, until: int | None, batch: int) -> list[Ticket]:
    tickets = Ticket.objects.filter(pk__gt=last)
    if until is not None:
        tickets = tickets.filter(pk__lte=until)
    return list(tickets.order_by("pk").only("pk", "number")[:batch])


def _differs(ticket: Ticket, events: list[Event], clocks: list[Clock]) -> bool:
    try:
        return bool(_compared(ticket, events, clocks))
    except Exception:
        return True


def _looked_at_again(ticket: Ticket, *, repair: bool) -> list[Drift]:
    try:
        with transaction.atomic():
            locked = lock_one(Ticket.objects.select_related("category"), ticket.pk)
            found = drifts(locked)
            return _repaired(locked, found) if found and repair else found
    except Exception as error:
        logger.exception("The log of ticket %s cannot be replayed", ticket.number)
        return [
            Drift(ticket.number, "", {"log": ("stored", f"{type(error).__name__}: {error}")}, mended=False)
        ]


def _repaired(ticket: Ticket, found: list[Drift]) -> list[Drift]:
    """What was found, each with whether the replay that is now stored mended it."""
    reported = {clock.pk: clock.reported_at for clock in Clock.objects.filter(ticket_id=ticket.pk)}
    refold(ticket)
    _keep_closed_months(ticket, reported)
    left = {drift.clock for drift in drifts(ticket)}
    return [replace(drift, mended=drift.clock not in left) for drift in found]


def _keep_closed_months(ticket: Ticket, reported: dict[int, datetime | None]) -> None:
    """A verdict that a closed month has counted stays in it, whatever was wrong with the rest of its clock (R8)."""
    closed = set(MonthClosing.objects.values_list("month", flat=True))
    judged = Clock.objects.filter(ticket_id=ticket.pk, verdict_at__isnull=False)
    for pk, at in judged.values_list("pk", "reported_at"):
        before = reported.get(pk)
        if before is not None and before != at and month_start(before).date() in closed:
            Clock.objects.filter(pk=pk).update(reported_at=before)
