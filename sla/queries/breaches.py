"""The list of broken promises."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q

from common import clock
from sla.enums import Cause
from sla.models import Breach, BreachReview

PAGE = 50
RECURRING = 3
WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Breach]
    before: int | None


def page(*, kind: str = "", line: int | None = None, before: int | None = None) -> Page:
    """Newest first; `before` is the key of the last row seen. Retracted records are not shown."""
    rows = Breach.objects.filter(retracted_at__isnull=True).select_related(
        "ticket", "assignee", "clock", "review"
    )
    if kind:
        rows = rows.filter(kind=kind)
    if line:
        rows = rows.filter(line=line)
    last = Breach.objects.filter(pk=before).first() if before else None
    if last:
        rows = rows.filter(
            Q(breached_at__lt=last.breached_at) | Q(breached_at=last.breached_at, pk__lt=last.pk)
        )
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


@dataclass(frozen=True, slots=True)
class Recurring:
    """The same cause again and again for one service: it asks for a problem record."""

    service: str
    cause: str
    times: int

    @property
    def label(self) -> str:
        return str(Cause(self.cause).label)


def recurring() -> list[Recurring]:
    """Causes found three times or more within thirty days for one service, most frequent first. One query."""
    rows: Iterable[tuple[str, str, int]] = (
        BreachReview.objects.exclude(cause="")
        .filter(
            breach__breached_at__gte=clock.now() - WITHIN,
            breach__retracted_at__isnull=True,
            breach__ticket__service__isnull=False,
        )
        .values("breach__ticket__service", "breach__ticket__service__name", "cause")
        .annotate(times=Count("pk"))
        .filter(times__gte=RECURRING)
        .order_by("-times", "cause")
        .values_list("breach__ticket__service__name", "cause", "times")
    )
    return [Recurring(*row) for row in rows]
