"""What an incident takes for failed, as the lists that its row keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assets.impact import Cut


@dataclass(frozen=True, slots=True)
class Failure:
    """What the alarms say.

    `cut` is what does not work, `batteries` the UPSs that run on theirs, each with the moment that began, and
    `services` those that an alarm of their own calls down.
    """

    cut: Cut = field(default_factory=Cut)
    batteries: Mapping[int, datetime] = field(default_factory=dict)
    services: frozenset[int] = frozenset()

    @property
    def is_nothing(self) -> bool:
        return self.cut == Cut() and not self.services


def to_json(failure: Failure) -> dict[str, Any]:
    cut = failure.cut
    return {
        "nodes": sorted(cut.nodes),
        "links": sorted(cut.links),
        "circuits": sorted(cut.circuits),
        "flat": sorted(cut.flat),
        "unfed": sorted(cut.unfed),
        "batteries": {str(key): since.isoformat() for key, since in sorted(failure.batteries.items())},
        "services": sorted(failure.services),
    }


def from_json(kept: Mapping[str, Any]) -> Failure:
    names = ("nodes", "links", "circuits", "flat", "unfed")
    cut = Cut(**{name: frozenset(kept.get(name, ())) for name in names})
    since = {int(key): datetime.fromisoformat(at) for key, at in kept.get("batteries", {}).items()}
    return Failure(cut, since, frozenset(kept.get("services", ())))
