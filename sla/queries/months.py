"""The months as the service manager closes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import number_format

from common import clock
from sla.enums import REVIEWED
from sla.models import Breach, MonthClosing
from sla.queries import attainment

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    budget: attainment.Budget
    unreviewed: int
    closing: MonthClosing | None

    @property
    def is_over(self) -> bool:
        return end_of(self.first) <= clock.now()

    @property
    def raw(self) -> str:
        return _percent(self.budget.attainment)

    @property
    def contractual(self) -> str:
        return _percent(self.budget.contractual)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{number_format(share * 100, 1)} %"


def start_of(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=timezone.get_current_timezone())


def end_of(month: date) -> datetime:
    return start_of((month.replace(day=1) + timedelta(days=32)).replace(day=1))


def unreviewed(month: date) -> QuerySet[Breach]:
    """Breaches of the month that nobody has verified yet; one taken back needs no review."""
    return Breach.objects.filter(
        breached_at__gte=start_of(month), breached_at__lt=end_of(month), retracted_at__isnull=True
    ).exclude(review__state__in=REVIEWED)


def recent() -> list[Month]:
    """This month and those before it, newest first."""
    first = timezone.localdate(clock.now()).replace(day=1)
    firsts = [first]
    while len(firsts) < SHOWN:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    closings = {closing.month: closing for closing in MonthClosing.objects.filter(month__in=firsts)}
    return [
        Month(
            month,
            attainment.budget(since=start_of(month), until=end_of(month)),
            unreviewed(month).count(),
            closings.get(month),
        )
        for month in firsts
    ]
