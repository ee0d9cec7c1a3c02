"""Folding many tickets by another policy than the one in force, without a query per ticket."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sla.engine.case import Brought, Sources
from sla.engine.events import Event, Type
from sla.engine.fold import Folded, fold
from sla.engine.terms import Policy
from sla.services.loading import logs


class Logs:
    """The logs of tickets and of whatever was merged into them: one query, and one more per generation of merges."""

    def __init__(self, keys: Iterable[int]) -> None:
        self._events: dict[int, list[Event]] = {}
        wanted = set(keys)
        while wanted:
            fresh = logs(wanted)
            self._events |= fresh
            wanted = {pk for events in fresh.values() for pk in _merged(events)} - self._events.keys()

    def of(self, pk: int) -> list[Event]:
        return self._events.get(pk, [])

    def fold(self, pk: int, policy: Policy, as_of: datetime, *more: Event) -> Folded:
        """The clocks of a ticket by a policy, perhaps with events that have not happened."""
        return fold([*self.of(pk), *more], policy, as_of=as_of, sources=self._sources(policy))

    def _sources(self, policy: Policy) -> Sources:
        def brought(pk: int, at: datetime) -> Brought | None:
            before = [event for event in self.of(pk) if event.at <= at and event.state != "merged"]
            folded = fold(before, policy, as_of=at, sources=brought)
            return folded.brought(at) if folded.clocks else None

        return brought


def _merged(events: Iterable[Event]) -> Iterable[int]:
    return (int(event.data["source_id"]) for event in events if event.type is Type.MERGED_IN)
