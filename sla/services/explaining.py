"""The stored clocks of a ticket beside the replay that explains them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from common import clock as time
from sla.engine.clock import Clock as EngineClock
from sla.engine.fold import fold
from sla.engine.terms import Kind
from sla.models import Clock
from sla.queries import answers, ledger
from sla.queries.answers import FirstResponse
from sla.queries.naming import Names, names
from sla.services.folding import judged_at
from sla.services.loading import brought, log, rules
from sla.services.projecting import Key, key_of
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything that a page or a program needs to say why. `replayed` holds the ledgers, by key."""

    ticket: Ticket
    at: datetime
    stored: list[Clock]
    replayed: dict[Key, EngineClock]
    names: Names
    first: FirstResponse


def clocks_of(ticket: Ticket) -> tuple[list[Clock], dict[Key, EngineClock]]:
    """Stored rows, and the replayed clocks with their ledgers by key. Two queries."""
    stored = list(Clock.objects.filter(ticket_id=ticket.pk))
    folded = fold(log(ticket.pk), rules().policy, as_of=judged_at(stored), sources=brought)
    return stored, {key_of(clock): clock for clock in folded.clocks}


def explain(ticket: Ticket) -> Explained:
    """The clocks, the words for their rules, and who answered first: a constant number of queries."""
    stored, replayed = clocks_of(ticket)
    policies, calendars = ledger.keys_of(replayed.values())
    firsts = [clock for clock in replayed.values() if clock.kind is Kind.FR]
    first = max(firsts, key=lambda clock: clock.cycle, default=None)
    return Explained(
        ticket=ticket,
        at=time.now(),
        stored=stored,
        replayed=replayed,
        names=names(policies=policies, calendars=calendars),
        first=answers.first_response(ticket, first),
    )
