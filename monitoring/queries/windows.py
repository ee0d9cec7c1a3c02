"""What the pages of planned works show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from common import clock
from monitoring.models import MaintenanceWindow, WindowService

AHEAD, BEHIND, LISTED = timedelta(days=14), timedelta(days=1), 100


@dataclass(frozen=True, slots=True)
class Planned:
    """A window and where it lies on the axis, in hundredths of its length."""

    window: MaintenanceWindow
    x: str
    width: str
    clients: int


@dataclass(frozen=True, slots=True)
class Axis:
    begin: datetime
    end: datetime
    days: list[tuple[str, datetime]]
    now: str


def axis() -> Axis:
    """From yesterday to two weeks ahead."""
    begin = (clock.now() - BEHIND).replace(hour=0, minute=0, second=0, microsecond=0)
    end = begin + BEHIND + AHEAD
    days = [begin + timedelta(days=day) for day in range((end - begin).days)]
    return Axis(begin, end, [(_place(day, begin, end), day) for day in days], _place(clock.now(), begin, end))


def _place(at: datetime, begin: datetime, end: datetime) -> str:
    share = (at - begin) / (end - begin)
    return f"{100 * min(max(share, 0.0), 1.0):.3f}"


def coming(line: Axis) -> list[Planned]:
    """Windows that are not over, the next first. Three queries."""
    rows = MaintenanceWindow.objects.filter(cancelled_at__isnull=True, ends_at__gt=clock.now())
    windows = list(rows.prefetch_related("devices", "circuits").order_by("starts_at", "pk")[:LISTED])
    hit = dict(
        WindowService.objects.filter(window__in=windows).values_list("window")
        .annotate(number=Count("customer", distinct=True)).order_by()
    )  # fmt: skip
    return [_planned(window, line, hit.get(window.pk, 0)) for window in windows]


def _planned(window: MaintenanceWindow, line: Axis, clients: int) -> Planned:
    begin, end = (_place(at, line.begin, line.end) for at in (window.starts_at, window.ends_at))
    return Planned(window, begin, f"{max(float(end) - float(begin), 0.6):.3f}", clients)


def over() -> list[MaintenanceWindow]:
    """The last ones that ended or were cancelled."""
    now = clock.now()
    ended = MaintenanceWindow.objects.exclude(cancelled_at__isnull=True, ends_at__gt=now)
    return list(ended.order_by("-starts_at")[:20])


def services_of(window: MaintenanceWindow) -> list[WindowService]:
    return list(window.services.select_related("service", "customer").order_by("customer__name", "pk")[:500])
