"""The subscriber that keeps stored clocks equal to a replay of the ticket's events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.enums import Actor
from common import clock as time
from sla.engine.events import TYPES, Event, Type
from sla.engine.fold import Folded, fold
from sla.engine.states import TERMINAL
from sla.models import Breach, Clock, ClockFiring
from sla.services import projecting, queueing
from sla.services.loading import as_event, brought, log, logs, rules
from tickets.enums import EventType
from tickets.models import Ticket, TicketEvent
from tickets.services import recording
from tickets.services.due import set_next_due

MOVING = TYPES - {Type.ESCALATED}
"""Types whose events are folded as they come; the sweep folds what it escalates itself, a batch at once."""


def on_ticket_event(ticket: Ticket, event: TicketEvent) -> None:
    """Bring the clocks up to date with one event, in the transaction that holds the ticket's lock.

    Queries: none for an event that moves no clock, one or two for a new ticket, at most four otherwise.
    """
    if event.type not in MOVING or not _moves(event):
        return
    if event.type == EventType.CREATED:
        _store(ticket, fold([_live(event)], rules().policy, as_of=time.now(), explain=False), {})
        return
    events = log(ticket.pk)
    refold(ticket, events)
    if _is_answer(event) and any(past.type is Type.MERGED_IN for past in events):
        _answer_merged(ticket, event)


def refold(ticket: Ticket, events: list[Event] | None = None) -> int:
    """Fold the whole log and store what differs. Returns the number of clocks written."""
    known = {projecting.key_of(clock): clock for clock in Clock.objects.filter(ticket_id=ticket.pk)}
    folded = fold(
        events or log(ticket.pk),
        rules().policy,
        as_of=judged_at(known.values()),
        sources=brought,
        explain=False,
    )
    return _store(ticket, folded, known)


def refold_all(tickets: Iterable[Ticket], now: datetime) -> dict[int, list[Event]]:
    """`refold` for many tickets whose locks the caller holds: two queries to read and one statement to write.

    Judged at `now`, the sweep's own time, and not by this machine's clock. Where a ticket stands in its queue is left
    alone: the sweep has set it. Returns the logs it read.
    """
    keys = sorted({ticket.pk for ticket in tickets})
    events, known = logs(keys), stored(keys)
    rows: list[Clock] = []
    book = rules()
    for pk in keys:
        before = {projecting.key_of(clock): clock for clock in known[pk]}
        folded = fold(
            events[pk], book.policy, as_of=judged_at(known[pk], now), sources=brought, explain=False
        )
        rows += projecting.changes(folded.clocks, pk, book, before)
    projecting.write(rows)
    return events


def stored(keys: Iterable[int]) -> dict[int, list[Clock]]:
    """The stored clocks of tickets. One query."""
    found: dict[int, list[Clock]] = {pk: [] for pk in keys}
    for clock in Clock.objects.filter(ticket_id__in=found).iterator(chunk_size=2000):
        found[clock.ticket_id].append(clock)
    return found


def judged_at(known: Iterable[Clock], now: datetime | None = None) -> datetime:
    """Now, but never before what the sweep saw on the database's clock: a slow machine must not undo a miss."""
    return max([now or time.now(), *(clock.detected_at for clock in known if clock.detected_at)])


def _live(event: TicketEvent) -> Event:
    return as_event((event.type, event.occurred_at, event.payload))


def _moves(event: TicketEvent) -> bool:
    """Notes and automatic mail move nothing; most messages of a busy thread are of that kind."""
    if event.type != EventType.MESSAGE:
        return True
    return event.payload.get("kind") in ("reply", "customer")


def _is_answer(event: TicketEvent) -> bool:
    payload = event.payload
    return (
        event.type == EventType.MESSAGE
        and payload.get("kind") == "reply"
        and bool(payload.get("human", True))
    )


def _store(ticket: Ticket, folded: Folded, known: dict[projecting.Key, Clock]) -> int:
    book = rules()
    rows = projecting.changes(folded.clocks, ticket.pk, book, known)
    projecting.write(rows)
    _retract(rows, known)
    _move(rows, known)
    waiting = [clock for clock in folded.clocks if clock.is_live and not clock.hidden]
    at, kind = queueing.next_due(waiting)
    set_next_due(ticket, *((None, "") if ticket.state in TERMINAL else (at, kind)))
    return len(rows)


def _retract(rows: list[Clock], known: dict[projecting.Key, Clock]) -> None:
    """A late event proved that a recorded miss was none (rule R8), or an undone merge that a clock never was.

    What has not fired after all may fire anew.
    """
    pairs = [(before, row) for row in rows if (before := known.get(projecting.key_of(row)))]
    cleared = [before.pk for before, row in pairs if before.breached_at and not row.breached_at]
    if cleared:
        Breach.objects.filter(clock_id__in=cleared, retracted_at__isnull=True).update(retracted_at=time.now())
    for before, row in pairs:
        if undone := set(before.fired) - set(row.fired):
            ClockFiring.objects.filter(clock_id=before.pk, threshold__in=undone).delete()


def _move(rows: list[Clock], known: dict[projecting.Key, Clock]) -> None:
    """A late event proved that a recorded miss was an earlier or a later one: its record says so too (rule R8)."""
    for row in rows:
        before = known.get(projecting.key_of(row))
        if before and before.breached_at and row.breached_at and row.breached_at != before.breached_at:
            Breach.objects.filter(clock_id=before.pk).update(breached_at=row.breached_at)


def _answer_merged(ticket: Ticket, event: TicketEvent) -> None:
    """A merged ticket still owes its contact the first response; a human answer on the survivor gives it (R7)."""
    owing = (
        Clock.objects.live()
        .filter(ticket__merged_into_id=ticket.pk, kind="FR")
        .select_related("ticket__category")
    )
    for clock in owing:
        recording.record(
            ticket=clock.ticket,
            type=EventType.MESSAGE,
            actor=Actor.system(),
            occurred_at=event.occurred_at,
            kind="reply",
            public=True,
            human=True,
            answered_on=ticket.pk,
        )
