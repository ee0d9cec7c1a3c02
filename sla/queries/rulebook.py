"""Every calendar and policy version ever published, read once per process and kept."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Subquery, Value

from sla.engine.calendars import C247, Calendar, Hours
from sla.engine.policy import Row, RowPolicy, Version
from sla.engine.terms import Kind
from sla.engine.terms import Target as EngineTarget
from sla.models import CalendarVersion, PolicyVersion
from sla.models import Target as TargetRow

FRESH_FOR = 2.0
"""Seconds a process may go on without looking for new versions. A publication takes effect later than that."""

PUBLICATION_DELAY = timedelta(seconds=5)
FARTHEST = timedelta(days=731)
"""Nothing is planned farther ahead: a year typed wrong would stand there for ever."""

Stamp = tuple[int, int, datetime | None]
NOTHING: Stamp = (0, 0, None)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What `fold` needs, plus the ids that stored clocks name."""

    policy: RowPolicy
    calendars: dict[str, Calendar]
    calendar_ids: dict[str, list[tuple[datetime, int]]]
    stamp: Stamp

    def calendar_id(self, key: str, stopped_at: datetime | None) -> int:
        """The version that a clock counts by: the newest while it lives, else the one in force when it stopped."""
        versions = self.calendar_ids.get(key)
        if not versions:
            return 0
        if stopped_at is None:
            return versions[-1][1]
        return next((pk for since, pk in reversed(versions) if since <= stopped_at), versions[0][1])


_book: Rulebook | None = None
_checked = 0.0


def rulebook() -> Rulebook | None:
    """The rules in force and past, or None when nothing has been published. No query while fresh."""
    global _book, _checked
    if _book is not None and time.monotonic() - _checked < FRESH_FOR:
        return _book
    stamp = _stamp()
    if _book is None or _book.stamp != stamp:
        _book = _read(stamp) if stamp is not NOTHING else None
    _checked = time.monotonic()
    return _book


def forget() -> None:
    """Read everything again next time: after publishing, and between tests."""
    global _book
    _book = None


def _stamp() -> Stamp:
    """Changes with every publication, also of a version that holds before one planned already. One query."""
    calendars = Subquery(CalendarVersion.objects.order_by("-pk").values("pk")[:1])
    published = PolicyVersion.objects.filter(published_at__isnull=False)
    number = Subquery(published.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n"))
    found = published.order_by("-published_at").values_list(number, calendars, "published_at").first()
    return found if found and all(found) else NOTHING


def _read(stamp: Stamp) -> Rulebook:
    rows = list(CalendarVersion.objects.order_by("published_at", "pk"))
    versions: dict[str, list[tuple[datetime | None, Hours]]] = defaultdict(list)
    ids: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for row in rows:
        versions[row.key].append((row.published_at if versions[row.key] else None, row.hours()))
        ids[row.key].append((row.published_at, row.pk))
    calendars = {key: Calendar(key, *hours) for key, hours in versions.items()}
    return Rulebook(RowPolicy(_versions(calendars)), calendars, dict(ids), stamp)


def _versions(calendars: dict[str, Calendar]) -> list[Version]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for target in TargetRow.objects.filter(version__published_at__isnull=False).iterator():
        grouped[target.version_id].append(row_of(target, calendars))
    published = PolicyVersion.objects.filter(published_at__isnull=False).values_list("pk", "published_at")
    return [Version(pk, since, grouped[pk]) for pk, since in published if since is not None]


def row_of(target: TargetRow, calendars: dict[str, Calendar]) -> Row:
    """A stored target as the engine's row; an unknown calendar counts around the clock."""
    amount = None if target.seconds is None else timedelta(seconds=target.seconds)
    return Row(
        kind=Kind(target.kind),
        line=target.line,
        target=EngineTarget(amount, calendars.get(target.calendar, C247)),
        contract_id=target.contract_id,
        tier=target.tier,
        service_id=target.service_id,
        category=target.category,
        priority=target.priority,
        channel=target.channel,
        position=target.position,
    )
