"""Where the time of a ticket went, by line: waiting to be accepted, worked on, waiting for somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sla.engine.events import Event, ordered
from sla.engine.states import OLA_ACCEPT, OLA_WORK, PENDING

ACCEPT, WORK, WAIT = "accept", "work", "pending"
SPENDING = {
    **dict.fromkeys(OLA_ACCEPT, ACCEPT),
    **dict.fromkeys(OLA_WORK, WORK),
    **dict.fromkeys(PENDING, WAIT),
}
SECOND = timedelta(seconds=1)


def spent(log: Iterable[Event], until: datetime) -> dict[str, dict[str, float]]:
    """Seconds of wall time up to `until`: line → {accept, work, pending}; a line that never had the ticket is absent.

    Time in other states (resolved, spam) belongs to no line.
    """
    total: dict[str, dict[str, float]] = {}
    state, line, since = "", 1, until
    for event in ordered(log):
        if event.at >= until:
            break
        _add(total, state, line, since, event.at)
        state, line, since = event.state or state, event.line or line, event.at
    _add(total, state, line, since, until)
    return total


def _add(total: dict[str, dict[str, float]], state: str, line: int, since: datetime, until: datetime) -> None:
    kind = SPENDING.get(state)
    if kind is None or until <= since:
        return
    of_line = total.setdefault(str(line), {ACCEPT: 0.0, WORK: 0.0, WAIT: 0.0})
    of_line[kind] += (until - since) / SECOND
