"""The months as the service manager closes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import number_format

from common import clock
from sla.models import Breach, BreachExcuse, Clock, MonthClosing
from sla.models.breach import BreachQuerySet
from sla.queries import attainment

SHOWN = 6
SETTLING = timedelta(minutes=5)
"""What began in the last second of a month is written by then."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month. Once closed it shows the figures of its closing, and beside them what has become known since."""

    first: date
    budget: attainment.Budget
    unreviewed: int
    unfired: int
    closing: MonthClosing | None
    excused_later: int = 0
    reported_later: int = 0

    @property
    def is_over(self) -> bool:
        return closable_from(self.first) <= clock.now()

    @property
    def is_ready(self) -> bool:
        return self.closing is None and self.is_over and not self.unreviewed and not self.unfired

    @property
    def is_empty(self) -> bool:
        return self.closing is None and not self.budget.judged and not self.unreviewed

    @property
    def shares(self) -> list[tuple[bool, str, float]]:
        """Kept in fact, then under the contract: (by contract, in words, per cent); nothing without tickets."""
        pairs = ((False, self.budget.attainment), (True, self.budget.contractual))
        return [
            (by_contract, percent(share), round(share * 100, 1))
            for by_contract, share in pairs
            if share is not None
        ]


def percent(share: float | None) -> str:
    return "–" if share is None else f"{number_format(share * 100, 1)} %"


def start_of(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=timezone.get_default_timezone())


def end_of(month: date) -> datetime:
    return start_of((month.replace(day=1) + timedelta(days=32)).replace(day=1))


def closable_from(month: date) -> datetime:
    return end_of(month) + SETTLING


def of(at: datetime) -> date:
    """The first day of the month that an instant belongs to."""
    return attainment.month_start(at).date()


def breaches(month: date) -> BreachQuerySet:
    """Breaches that the month reports; one that became known after its own month was closed is among them (R8)."""
    reported = {"clock__reported_at__gte": start_of(month), "clock__reported_at__lt": end_of(month)}
    return Breach.objects.standing().filter(**reported)


def unreviewed(month: date) -> BreachQuerySet:
    """Breaches of the month without a complete review; one taken back needs none."""
    return breaches(month).filter(review__reviewed_at__isnull=True)


def unfired(month: date) -> QuerySet[Clock]:
    """Clocks with a deadline or a warning of the month that the sweep has not seen yet."""
    return Clock.objects.filter(next_at__lt=end_of(month))


def last(number: int) -> list[date]:
    """The first days of this month and those before it, newest first."""
    firsts = [of(clock.now())]
    while len(firsts) < number:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    return firsts


def recent() -> list[Month]:
    """This month and those before it as far back as something was judged, newest first; the last one always."""
    firsts = last(SHOWN)
    closings = {closing.month: closing for closing in MonthClosing.objects.filter(month__in=firsts)}
    found = [_closed(closings[first]) if first in closings else _open(first) for first in firsts]
    while len(found) > 2 and found[-1].is_empty:
        found.pop()
    return found


def _open(month: date) -> Month:
    budget = attainment.budget(since=start_of(month), until=end_of(month))
    return Month(
        month, budget, unreviewed(month).count(), unfired(month).count() if _is_over(month) else 0, None
    )


def _is_over(month: date) -> bool:
    return end_of(month) <= clock.now()


def _closed(closing: MonthClosing) -> Month:
    """The stored figures. Those of a closing that kept none are counted now."""
    first, since, until = closing.month, start_of(closing.month), end_of(closing.month)
    if closing.judged is None or closing.missed is None:
        budget = attainment.budget(since=since, until=until)
    else:
        budget = attainment.Budget(closing.judged, closing.missed, since, closing.excused or 0)
    later = BreachExcuse.objects.filter(breach__in=breaches(first), at__gt=closing.at).count()
    moved = Breach.objects.standing().filter(
        breached_at__gte=since, breached_at__lt=until, clock__reported_at__gte=until
    )
    return Month(first, budget, unreviewed(first).count(), 0, closing, later, moved.count())
