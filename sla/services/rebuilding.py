"""Proving, and on request restoring, that stored clocks equal a replay of the events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from common.db import lock_one
from sla.engine.events import Event
from sla.engine.fold import fold
from sla.models import Clock
from sla.services import projecting
from sla.services.folding import judged_at, refold
from sla.services.loading import brought, log, logs, rules
from tickets.models import Ticket

COMPARED = tuple(
    name for name in projecting.FIELDS if name not in {"next_at", "next_threshold", "ahead", "detected_at"}
)
"""What the sweep alone decides (what has fired, when a miss was noticed) is not the fold's to judge."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One stored clock that a replay sees differently; `fields` maps a name to (stored, replayed)."""

    number: str
    clock: str
    fields: dict[str, tuple[object, object]]


def drifts(ticket: Ticket) -> list[Drift]:
    """Differences between the stored clocks of one ticket and a replay. A miss the sweep has yet to see is none."""
    return _compared(ticket, log(ticket.pk), list(Clock.objects.filter(ticket_id=ticket.pk)))


def _compared(ticket: Ticket, events: list[Event], clocks: list[Clock]) -> list[Drift]:
    stored = {projecting.key_of(clock): clock for clock in clocks}
    book = rules()
    folded = fold(events, book.policy, as_of=judged_at(clocks), sources=brought)
    replayed = {projecting.key_of(clock): clock for clock in folded.clocks}
    found = [
        Drift(ticket.number, str(key), {"clock": ("stored", None)})
        for key in stored.keys() - replayed.keys()
        if not projecting.is_void(stored[key])
    ]
    for key, clock in replayed.items():
        before = stored.get(key)
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


def check(*, repair: bool = False, batch: int = 500) -> Iterator[Drift]:
    """Walk all tickets in order of key, three queries per batch, with flat memory; with `repair` write the replay.

    Events are read before clocks: a ticket that changes between the two is looked at once more before it is named.
    """
    last = 0
    while page := list(Ticket.objects.filter(pk__gt=last).order_by("pk").only("pk", "number")[:batch]):
        last = page[-1].pk
        keys = [ticket.pk for ticket in page]
        events, clocks = logs(keys), _clocks(keys)
        for ticket in page:
            found = _compared(ticket, events[ticket.pk], clocks[ticket.pk]) and drifts(ticket)
            if found and repair:
                _repair(ticket.pk)
            yield from found


def _clocks(keys: list[int]) -> dict[int, list[Clock]]:
    found: dict[int, list[Clock]] = {pk: [] for pk in keys}
    for clock in Clock.objects.filter(ticket_id__in=keys).iterator(chunk_size=2000):
        found[clock.ticket_id].append(clock)
    return found


@transaction.atomic
def _repair(ticket_id: int) -> None:
    refold(lock_one(Ticket.objects.select_related("category"), ticket_id))
