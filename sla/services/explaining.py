"""The stored clocks of a ticket beside the replay that explains them."""

from __future__ import annotations

from sla.engine.clock import Clock as EngineClock
from sla.engine.fold import fold
from sla.models import Clock
from sla.services.folding import judged_at
from sla.services.loading import brought, log, rules
from sla.services.projecting import Key, key_of
from tickets.models import Ticket


def clocks_of(ticket: Ticket) -> tuple[list[Clock], dict[Key, EngineClock]]:
    """Stored rows, and the replayed clocks with their ledgers by key. Two queries."""
    stored = list(Clock.objects.filter(ticket_id=ticket.pk))
    folded = fold(log(ticket.pk), rules().policy, as_of=judged_at(stored), sources=brought)
    return stored, {key_of(clock): clock for clock in folded.clocks}
