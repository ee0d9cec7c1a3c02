"""The list of broken promises, and the figures above it (K12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from common import clock
from sla.enums import ReviewShown
from sla.models import Breach, CorrectiveAction
from sla.models.breach import BreachQuerySet
from sla.queries import attainment, months
from sla.queries.proposals import WITHIN

PAGE = 50
LATELY = timedelta(days=30)
AGAIN = """
    SELECT count(*) FILTER (WHERE before > breached_at - make_interval(days => 30)), count(*) FROM (
        SELECT breach.breached_at,
               lag(breach.breached_at) OVER (
                   PARTITION BY ticket.service_id, review.cause ORDER BY breach.breached_at, breach.id
               ) AS before
        FROM sla_breachreview review
        JOIN sla_breach breach ON breach.id = review.breach_id
        JOIN tickets_ticket ticket ON ticket.id = breach.ticket_id
        WHERE review.cause <> '' AND breach.retracted_at IS NULL AND ticket.service_id IS NOT NULL
          AND breach.breached_at >= %(earliest)s
    ) AS found WHERE breached_at >= %(since)s
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked for; empty means all. `reviewer` is a user, `month` its first day."""

    kind: str = ""
    line: int | None = None
    review: str = ""
    month: date | None = None
    cause: str = ""
    category: str = ""
    reviewer: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Breach]
    before: int | None


@dataclass(frozen=True, slots=True)
class Diligence:
    """K12 of the last thirty days: reviews done on time, causes that came back, actions past their date."""

    on_time: int
    due: int
    again: int
    causes: int
    overdue: int


def page(wanted: Wanted) -> Page:
    """Newest first; `before` is the key of the last row seen. Retracted records are not shown."""
    now = clock.now()
    rows = _asked(wanted, now).select_related("ticket", "assignee", "clock", "review__reviewer", "excuse")
    last = Breach.objects.filter(pk=wanted.before).first() if wanted.before else None
    if last:
        rows = rows.filter(
            Q(breached_at__lt=last.breached_at) | Q(breached_at=last.breached_at, pk__lt=last.pk)
        )
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def _asked(wanted: Wanted, now: datetime) -> BreachQuerySet:
    rows = (months.breaches(wanted.month) if wanted.month else Breach.objects.standing()).with_deadline(now)
    if wanted.category:
        rows = rows.filter(Q(category=wanted.category) | Q(category__startswith=f"{wanted.category}."))
    asked = {
        "kind": wanted.kind, "line": wanted.line, "review__cause": wanted.cause,
        "review__reviewer_id": wanted.reviewer,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in asked.items() if value})
    return rows.filter(_standing(wanted.review)) if wanted.review else rows


def _standing(review: str) -> Q:
    done = Q(review__reviewed_at__isnull=False)
    return {
        ReviewShown.NONE: Q(review__isnull=True),
        ReviewShown.WORK: Q(review__isnull=False) & ~done,
        ReviewShown.LATE: Q(is_late=True),
        ReviewShown.DONE: done,
    }[ReviewShown(review)]


def diligence() -> Diligence:
    """Three queries."""
    now = clock.now()
    on_time, due = attainment.clocks(since=now - LATELY, until=now).get("BR", (0, 0))
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, {"since": now - LATELY, "earliest": now - LATELY - WITHIN})
        again, causes = cursor.fetchone()
    overdue = CorrectiveAction.objects.overdue(timezone.localdate(now)).count()
    return Diligence(on_time, due, again, causes, overdue)
