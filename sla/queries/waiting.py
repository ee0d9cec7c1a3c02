"""What waiting in a line's queue costs a ticket: its place, who is there to take it, and the work in each one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from accounts.models import Operator
from sla.engine.states import OLA_ACCEPT
from tickets.enums import OPEN
from tickets.models import Ticket

LOOKED_AT = 1000
"""Open tickets of a line among which places are counted, so that a flood does not slow every page. Who stands
behind them gets the last place that was counted: hours away in any case."""

PLACES = f"""
    SELECT id, line, place FROM (
        SELECT first.id, first.line,
               row_number() OVER (PARTITION BY first.line ORDER BY next_due_at ASC NULLS LAST, first.id) AS place,
               count(*) OVER (PARTITION BY first.line) AS waiting
        FROM unnest(%(lines)s) AS wanted (line) CROSS JOIN LATERAL (
            SELECT id, line, state, next_due_at FROM tickets_ticket
            WHERE line = wanted.line AND state IN %(open)s
            ORDER BY line, next_due_at ASC NULLS LAST, id LIMIT {LOOKED_AT}
        ) AS first
        WHERE first.state IN %(waiting)s
    ) AS queue WHERE place = waiting OR id = ANY(%(ids)s)
"""  # noqa: S608 — a constant


@dataclass(frozen=True, slots=True)
class Wait:
    """`seconds` until somebody is free: every place before one's own and one's own, shared by those on shift."""

    line: int
    place: int
    agents: int
    each: float

    @property
    def seconds(self) -> float:
        # With nobody on shift the next one to come has the whole queue before him.
        return self.place * self.each / max(self.agents, 1)


def waits(tickets: Iterable[Ticket], loads: Mapping[int, float]) -> dict[int, Wait]:
    """The wait of each ticket that nobody has taken, in a line whose work is known. At most two queries."""
    queued = {ticket.pk: ticket for ticket in tickets if ticket.state in OLA_ACCEPT and ticket.line in loads}
    if not queued:
        return {}
    lines = sorted({ticket.line for ticket in queued.values()})
    places, last = _places(lines, list(queued))
    agents = _agents(lines)
    return {
        pk: Wait(
            ticket.line,
            places.get(pk, last.get(ticket.line, 1)),
            agents.get(ticket.line, 0),
            loads[ticket.line],
        )
        for pk, ticket in queued.items()
    }


def _places(lines: list[int], ids: list[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Places by ticket, and the last place of each line."""
    waiting, still_open = tuple(sorted(OLA_ACCEPT)), tuple(str(state) for state in OPEN)
    with connection.cursor() as cursor:
        cursor.execute(PLACES, {"lines": lines, "open": still_open, "waiting": waiting, "ids": ids})
        found = cursor.fetchall()
    last: dict[int, int] = {}
    for _pk, line, place in found:
        last[line] = max(place, last.get(line, 0))
    return {pk: place for pk, _line, place in found}, last


def _agents(lines: list[int]) -> dict[int, int]:
    """How many operators of each line are on shift."""
    on = Operator.objects.filter(on_shift=True, user__is_active=True, line__in=lines)
    return dict(on.order_by().values_list("line").annotate(n=Count("pk")))
