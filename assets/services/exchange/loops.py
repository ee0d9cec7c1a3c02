"""Power that would run in a circle, found before the database has to refuse it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from assets.services.exchange.records import Target


class Feeding:
    """Who feeds whom, one connection after the other."""

    def __init__(self, inputs: Iterable[Target]) -> None:
        self._feeders: dict[Target, list[Target]] = defaultdict(list)
        for one in inputs:
            self.add(one.values["equipment"], one.values["provider"])

    def add(self, equipment: Target, provider: Target | None) -> None:
        if provider is not None:
            self._feeders[equipment].append(provider)

    def circle(self, equipment: Target, provider: Target) -> list[Target]:
        """The way round if `provider` fed `equipment`, its first device again at its end; empty if there is none."""
        came: dict[Target, Target] = {provider: equipment}
        waiting = [provider]
        while waiting:
            here = waiting.pop()
            if here is equipment:
                return self._way(came, equipment)
            for feeder in self._feeders.get(here, ()):
                if feeder not in came:
                    came[feeder] = here
                    waiting.append(feeder)
        return []

    def _way(self, came: dict[Target, Target], equipment: Target) -> list[Target]:
        way = [equipment]
        step = came[equipment]
        while step is not equipment:
            way.append(step)
            step = came[step]
        return [equipment, *reversed(way[1:]), equipment]
