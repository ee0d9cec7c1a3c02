"""The invariants of domain §1.10 over the rows of a desk, each a named check with the sentence of its rule.

A check yields what is wrong as text; nothing means that the rule holds. `look` reads a ticket once for all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.engine.calendars import ZERO
from sla.engine.clock import Clock as EngineClock
from sla.engine.events import Event, Type, ordered
from sla.engine.fold import Folded, fold
from sla.engine.states import OPEN, PENDING, TERMINAL
from sla.engine.terms import OBLIGATIONS, Kind
from sla.enums import PROMISES
from sla.models import Breach, Clock
from sla.services import queueing, rebuilding
from sla.services.folding import judged_at
from sla.services.loading import brought, log, rules
from tickets.enums import EventType, State, Visibility
from tickets.models import Ticket, TicketEvent

OLA = {Kind.OLA_A, Kind.OLA_W}
STEPS = {EventType.MOVED, EventType.RECLASSIFIED, EventType.MAJOR, EventType.LINKED, EventType.WORKING_GROUP}
"""Events of the life cycle's own table: they name the state they found beside the one they left."""


@dataclass(frozen=True, slots=True)
class Look:
    """One ticket as the rules see it. `log` is in the order of time, `events` in the order of recording."""

    ticket: Ticket
    events: list[TicketEvent]
    read: list[Event]
    log: list[Event]
    clocks: list[Clock]
    folded: Folded
    now: datetime

    @property
    def bypassed_first_response(self) -> bool:
        """Set aside by a bypass, G-FR lets a ticket wait unanswered; no clock follows it there (§1.7)."""
        return bool(self.folded.violations)

    def stretches(self) -> Iterator[tuple[str, timedelta]]:
        """States of the ticket and how long it was in each, up to now."""
        moves = [event for event in self.log if event.type in (Type.CREATED, Type.MOVED)]
        for event, following in zip(moves, [*moves[1:], None], strict=True):
            yield str(event.state), (following.at if following else self.now) - event.at

    def wall(self, states: frozenset[str]) -> timedelta:
        return sum((length for state, length in self.stretches() if state in states), ZERO)

    def spent(self, kinds: set[Kind]) -> timedelta:
        return sum((clock.elapsed(self.now) for clock in self.folded.clocks if clock.kind in kinds), ZERO)


Check = Callable[[Look], Iterator[str]]
RULES: dict[str, tuple[str, Check]] = {}


def rule(name: str, sentence: str) -> Callable[[Check], Check]:
    def keep(check: Check) -> Check:
        RULES[name] = (sentence, check)
        return check

    return keep


def look(pk: int, now: datetime) -> Look:
    clocks = list(Clock.objects.filter(ticket_id=pk))
    events = log(pk)
    return Look(
        ticket=Ticket.objects.select_related("category").get(pk=pk),
        events=list(TicketEvent.objects.filter(ticket_id=pk).order_by("pk")),
        read=events,
        log=ordered(events),
        clocks=clocks,
        folded=fold(events, rules().policy, as_of=judged_at(clocks), sources=brought),
        now=now,
    )


def broken(seen: Look) -> list[str]:
    """Every rule that does not hold, as `name (sentence): what is wrong`."""
    return [
        f"{seen.ticket.number} {name} ({sentence}): {what}"
        for name, (sentence, check) in RULES.items()
        for what in check(seen)
    ]


@rule("I1", "one open state at any instant")
def one_state(seen: Look) -> Iterator[str]:
    """The log is one unbroken chain that ends where the row stands, and so does its replay."""
    state, line = "new", 1
    for event in seen.events:
        told = event.payload
        found = (
            (told["from_state"], told["line_from"]) if event.type in STEPS else (told["state"], told["line"])
        )
        if found != (state, line):
            yield f"{event.type} {told.get('transition', '')} found {found}, the row was {(state, line)}"
        state, line = told["state"], told["line"]
    if (state, line) != (seen.ticket.state, seen.ticket.line):
        yield f"the log ends in {(state, line)}, the row is {(seen.ticket.state, seen.ticket.line)}"
    if (seen.folded.state, seen.folded.line) != (state, line) and not seen.bypassed_first_response:
        yield f"the replay ends in {(seen.folded.state, seen.folded.line)}, the row is {(state, line)}"
    running = [clock for clock in seen.folded.clocks if clock.kind in OLA and clock.is_running]
    if len(running) > 1:
        yield f"{len(running)} line clocks run"


@rule("I2", "Σ OLA segments + pauses = wall time from created to resolved")
def lines_and_pauses_fill_the_time(seen: Look) -> Iterator[str]:
    if seen.bypassed_first_response:
        return
    lines, pauses, wall = seen.spent(OLA), seen.wall(PENDING | {"spam"}), seen.wall(OPEN)
    if lines + pauses != wall:
        yield f"{lines} + {pauses} ≠ {wall}"


@rule("I3", "for 24×7 and no pending_vendor: Σ OLA = RES elapsed")
def lines_make_up_the_resolution(seen: Look) -> Iterator[str]:
    """Where the rules themselves let the two differ (closed hours, time of a merge, a P1 that waits) it is silent."""
    resolution = [clock for clock in seen.folded.clocks if clock.kind is Kind.RES]
    states = {event.state for event in seen.log}
    differ = (
        seen.bypassed_first_response
        or states & {"pending_vendor", "spam"}
        or (1 in {event.priority for event in seen.log} and "pending_customer" in states)
        or any(run.calendar.key != "C247" or run.lump for clock in resolution for run in clock.runs)
        or any(event.data.get("strict_reopen") for event in seen.log)
    )
    if not differ and seen.spent(OLA) != seen.spent({Kind.RES}):
        yield f"lines {seen.spent(OLA)} ≠ resolution {seen.spent({Kind.RES})}"


def ends_with_the_ticket(clock: EngineClock | Clock, state: str) -> bool:
    """What the desk owes itself (review, article, reason of a bypass) falls due after the ticket has ended, and a
    merged ticket still owes its contact the first response (R7): neither is a clock of the ticket's own life.
    """
    return clock.kind not in OBLIGATIONS and not (state == State.MERGED and clock.kind == Kind.FR)


@rule("I4", "no clock runs in a terminal state")
def nothing_runs_after_the_end(seen: Look) -> Iterator[str]:
    if seen.ticket.state not in TERMINAL:
        return
    if seen.ticket.next_due_at is not None:
        yield f"the queue still sorts it by {seen.ticket.next_due_at}"
    for clock in seen.clocks:
        if clock.running_since is not None and ends_with_the_ticket(clock, seen.ticket.state):
            yield f"{clock} runs since {clock.running_since}"


@rule("I5", "replay(events) = stored clocks")
def stored_equals_replayed(seen: Look) -> Iterator[str]:
    # What `rebuilding.drifts` does with what it has read, which is read here already.
    for drift in rebuilding._compared(seen.ticket, seen.read, seen.clocks):
        yield f"{drift.clock}: {drift.fields}"


@rule("I6", "breach records only grow")
def breaches_match_misses(seen: Look) -> Iterator[str]:
    """Every miss that the sweep has seen has its record, and only a miss does; see `Memory` for the growing."""
    recorded = {breach.clock_id: breach for breach in Breach.objects.filter(ticket_id=seen.ticket.pk)}
    for clock in seen.clocks:
        if clock.kind not in PROMISES or clock.is_hidden:
            continue
        breach = recorded.get(clock.pk)
        stands = breach is not None and breach.retracted_at is None
        if clock.verdict == "missed" and clock.next_at is None and not stands:
            yield f"{clock} is missed and nothing records it"
        if clock.verdict != "missed" and stands:
            yield f"{clock} is {clock.verdict} and a breach of it stands"
        if stands and breach is not None and breach.breached_at != clock.breached_at:
            yield f"{clock} missed at {clock.breached_at}, recorded at {breach.breached_at}"
    told = Counter(
        tuple(event.payload[name] for name in ("clock", "cycle", "clock_line", "threshold", "due_at"))
        for event in seen.events
        if event.type == EventType.ESCALATED
    )
    yield from (f"{key} rang {times} times" for key, times in told.items() if times > 1)


@rule("I7", "each open ticket has a line, and in_progress has an assignee who is on shift")
def somebody_has_it(seen: Look) -> Iterator[str]:
    ticket = seen.ticket
    if ticket.line not in (1, 2, 3):
        yield f"line {ticket.line}"
    if ticket.state == State.IN_PROGRESS:
        user = ticket.assignee
        if user is None or not user.operator.on_shift:
            yield f"{user} has it in work and is not on shift"


@rule("I8", "a customer-visible message exists before pending_*/resolved")
def customer_was_told(seen: Look) -> Iterator[str]:
    """Nobody needs to be told of an alert that went by itself or that he himself calls solved; a bypass is a bypass."""
    if seen.bypassed_first_response:
        return
    said = seen.ticket.messages.filter(visibility=Visibility.PUBLIC).order_by("occurred_at")
    first = said.values_list("occurred_at", flat=True).first()
    for event in seen.events:
        ends_or_waits = event.type == EventType.MOVED and event.payload["state"] in {*PENDING, State.RESOLVED}
        by_itself = event.payload.get("transition") in {"self_recovered", "solved_by_customer", "unmerge"}
        if ends_or_waits and not by_itself and (first is None or first > event.occurred_at):
            yield f"{event.payload['transition']} at {event.occurred_at}, first word at {first}"


@rule("queue", "the ticket sorts by what its clocks say")
def sorts_by_its_clocks(seen: Look) -> Iterator[str]:
    waiting = [clock for clock in seen.clocks if clock.stopped_at is None and not clock.is_hidden]
    wanted = (None, "") if seen.ticket.state in TERMINAL else queueing.next_due(waiting)
    if (seen.ticket.next_due_at, seen.ticket.next_due_kind) != wanted:
        yield f"sorted by {(seen.ticket.next_due_at, seen.ticket.next_due_kind)}, its clocks say {wanted}"


@rule("ahead", "a promise that runs will be noticed when it breaks")
def nothing_runs_unwatched(seen: Look) -> Iterator[str]:
    for clock in seen.clocks:
        watched = clock.running_since and clock.target is not None and not clock.is_hidden
        if watched and clock.verdict == "running" and (clock.next_at is None or clock.due_at is None):
            yield f"{clock} runs to {clock.due_at}, next {clock.next_at}, fired {clock.fired}"


class Memory:
    """What an earlier look found and a later one may only find more of: time used (unless the past was rewritten)
    and breach records (always).
    """

    def __init__(self) -> None:
        self.used: dict[tuple[int, Kind, int, int], timedelta] = {}
        self.breaches: dict[int, tuple[int, int, str]] = {}

    def compare(self, seen: Look, *, rewritten: bool) -> Iterator[str]:
        ticket = seen.ticket
        if rewritten:
            self.used = {key: used for key, used in self.used.items() if key[0] != ticket.pk}
        for clock in seen.folded.clocks:
            key, used = (ticket.pk, clock.kind, clock.cycle, clock.line), clock.elapsed(seen.now)
            if used < self.used.get(key, ZERO):
                yield f"{ticket.number} {clock.kind}: elapsed fell from {self.used[key]} to {used}"
            self.used[key] = used
        records = Breach.objects.filter(ticket=ticket).values_list("pk", "ticket_id", "clock_id", "kind")
        found = {pk: (ticket_id, clock_id, kind) for pk, ticket_id, clock_id, kind in records}
        for pk, row in self.breaches.items():
            if row[0] == ticket.pk and found.get(pk) != row:
                yield f"{ticket.number} I6: the record {row} became {found.get(pk)}"
        self.breaches.update(found)
