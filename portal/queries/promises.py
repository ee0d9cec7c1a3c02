"""What the customer was promised, from the stored clocks: the answer, the news, the solution."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from common import clock
from sla.enums import ClockKind, ClockVerdict
from sla.models import Clock
from tickets.enums import TERMINAL, State
from tickets.models import Ticket

# Before a person has looked at the request its priority is a guess, and a guess is not a promise.
UNSEEN = (State.NEW, State.TRIAGE)
KINDS = (ClockKind.FR, ClockKind.NR, ClockKind.PU, ClockKind.RES)


class Standing(StrEnum):
    """How a promise stands."""

    RUNNING = "running"
    LATE = "late"
    PAUSED = "paused"
    KEPT = "kept"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise in the customer's terms. `what` is ``answer``, ``reply``, ``news`` or ``solution``."""

    what: str
    standing: Standing
    due_at: datetime | None
    done_at: datetime | None = None

    @property
    def due_ms(self) -> int:
        """For the countdown in the browser."""
        return int(self.due_at.timestamp() * 1000) if self.due_at else 0


@dataclass(frozen=True, slots=True)
class Promises:
    """All promises of one request; the ones that do not apply are None."""

    answer: Promise | None = None
    reply: Promise | None = None
    news: Promise | None = None
    solution: Promise | None = None

    @property
    def next(self) -> Promise | None:
        """The one a list row shows: an answer owed comes before the solution."""
        owed = [promise for promise in (self.answer, self.reply) if promise and promise.done_at is None]
        return owed[0] if owed else self.solution


def promises_of(tickets: Iterable[Ticket]) -> dict[int, Promises]:
    """By ticket id, in one query whatever the number of tickets."""
    by_id = {ticket.pk: ticket for ticket in tickets}
    clocks: dict[int, dict[str, Clock]] = defaultdict(dict)
    found = Clock.objects.filter(ticket_id__in=by_id, kind__in=KINDS, is_hidden=False)
    for row in found.defer("intervals", "ahead", "fired").order_by("cycle"):
        clocks[row.ticket_id][row.kind] = row  # the newest cycle wins
    now = clock.now()
    return {pk: _promises(ticket, clocks[pk], now) for pk, ticket in by_id.items()}


def _promises(ticket: Ticket, clocks: dict[str, Clock], now: datetime) -> Promises:
    if ticket.state in (State.CANCELLED, State.MERGED):
        return Promises()
    ended = ticket.state in (*TERMINAL, State.RESOLVED)
    reply, news = clocks.get(ClockKind.NR), clocks.get(ClockKind.PU)
    solution = clocks.get(ClockKind.RES)
    return Promises(
        answer=_promise("answer", clocks.get(ClockKind.FR), now),
        reply=_promise("reply", reply, now) if reply and reply.stopped_at is None else None,
        news=_promise("news", news, now) if news and news.due_at and news.stopped_at is None else None,
        solution=_promise("solution", solution, now) if ended or ticket.state not in UNSEEN else None,
    )


def _promise(what: str, row: Clock | None, now: datetime) -> Promise | None:
    """None when nothing was promised or the clock does not count."""
    if row is None or row.target is None or row.verdict == ClockVerdict.CANCELLED:
        return None
    if row.stopped_at is not None:
        kept = row.verdict == ClockVerdict.MET
        return Promise(what, Standing.KEPT if kept else Standing.BROKEN, row.due_at, row.stopped_at)
    if row.verdict == ClockVerdict.MISSED or (row.due_at and row.due_at < now):
        return Promise(what, Standing.LATE, row.breached_at or row.due_at)
    standing = Standing.RUNNING if row.due_at else Standing.PAUSED
    return Promise(what, standing, row.due_at)
