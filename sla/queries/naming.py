"""What calendars and policies are called, for sentences and programs that explain a deadline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sla.models import CalendarVersion, PolicyVersion


@dataclass(frozen=True, slots=True)
class Names:
    """Titles by policy id, and the versions of each calendar, oldest first."""

    policies: dict[int, str] = field(default_factory=dict)
    calendars: dict[str, list[CalendarVersion]] = field(default_factory=dict)

    def policy(self, pk: int) -> str:
        return self.policies.get(pk) or f"№ {pk}"

    def calendar(self, key: str, at: datetime) -> CalendarVersion | None:
        """The version that was in force at the instant; the first one also before it."""
        versions = self.calendars.get(key, [])
        in_force = [version for version in versions if version.published_at <= at] or versions[:1]
        return in_force[-1] if in_force else None


def names(*, policies: Iterable[int], calendars: Iterable[str]) -> Names:
    """Two queries."""
    titles = dict(PolicyVersion.objects.filter(pk__in=set(policies)).values_list("pk", "title"))
    versions: dict[str, list[CalendarVersion]] = defaultdict(list)
    rows = CalendarVersion.objects.filter(key__in=set(calendars)).only("key", "title", "published_at")
    for row in rows.order_by("published_at", "pk"):
        versions[row.key].append(row)
    return Names(titles, dict(versions))
