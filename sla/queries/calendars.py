"""Calendars as the administration shows them: what is in force, what is planned, and who counts by it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext

from common import clock
from sla.engine.week import day_groups, show_windows
from sla.enums import ClockKind
from sla.models import CalendarVersion, Clock, PolicyVersion, Target

ROTS_WITHIN = timedelta(days=60)


@dataclass(slots=True)
class Shown:
    """One calendar. `used` names the clocks whose targets count by it under the policy in force."""

    key: str
    current: CalendarVersion
    planned: list[CalendarVersion] = field(default_factory=list)
    earlier: list[CalendarVersion] = field(default_factory=list)
    used: list[tuple[str, int]] = field(default_factory=list)
    running: int = 0

    @property
    def week(self) -> str:
        return week_words(self.current)

    @property
    def newest(self) -> CalendarVersion:
        return self.planned[-1] if self.planned else self.current

    @property
    def known_until(self) -> date | None:
        """The last holiday that the newest version knows; None when it knows none or is always open."""
        return last_holiday(self.newest)

    @property
    def rots(self) -> bool:
        return is_rotting(self.newest)

    @property
    def is_recalculating(self) -> bool:
        return any(one.recalculate_after is not None for one in (self.current, *self.planned, *self.earlier))


def shown() -> list[Shown]:
    """Every calendar, by key. Four queries."""
    now, found = clock.now(), dict[str, Shown]()
    versions: dict[str, list[CalendarVersion]] = defaultdict(list)
    rows = CalendarVersion.objects.select_related("published_by").order_by("key", "published_at", "pk")
    for row in rows:
        versions[row.key].append(row)
    for key, known in versions.items():
        past = [row for row in known if row.published_at <= now] or known[:1]
        found[key] = Shown(key, past[-1], known[len(past) :], past[:-1])
    _count(found)
    return list(found.values())


def week_words(version: CalendarVersion) -> str:
    """The week with the reader's names of days: «Mon–Fri 09:00–18:00»."""
    if version.always:
        return gettext("around the clock")
    parts = []
    for first, last, windows in day_groups(version.hours().week):
        names = [WEEKDAYS_ABBR[first], *([WEEKDAYS_ABBR[last]] if last != first else [])]
        parts.append(f"{'–'.join(map(str, names))} {show_windows(windows).replace('-', '–')}")
    return ", ".join(parts)


def _count(found: dict[str, Shown]) -> None:
    for key, running in (
        Clock.objects.live().values_list("calendar_version__key").annotate(n=Count("pk")).order_by()
    ):
        if key in found:
            found[key].running = running
    in_force = PolicyVersion.objects.filter(published_at__lte=clock.now()).order_by("-published_at")[:1]
    targets = Target.objects.filter(version_id__in=in_force.values("pk"), seconds__isnull=False)
    for key, kind, rows in (
        targets.values_list("calendar", "kind").annotate(n=Count("pk")).order_by("calendar", "kind")
    ):
        if key in found:
            found[key].used.append((str(ClockKind(kind).label), rows))


def newest(key: str) -> CalendarVersion | None:
    """The version published last, in force or planned: what the next one begins from."""
    return CalendarVersion.objects.filter(key=key).order_by("-pk").first()


def last_holiday(version: CalendarVersion) -> date | None:
    if version.always:
        return None
    return max(version.hours().holidays, default=None)


def is_rotting(version: CalendarVersion) -> bool:
    """The holidays it knows end soon or have ended: deadlines would run through the next ones unseen."""
    last = last_holiday(version)
    return last is not None and last < clock.now().date() + ROTS_WITHIN


def rotting() -> list[CalendarVersion]:
    """The newest version of every calendar whose holidays are about to end. One query."""
    latest = CalendarVersion.objects.order_by("key", "-pk").distinct("key")
    return [version for version in latest if is_rotting(version)]
