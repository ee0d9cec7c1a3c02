"""Read side of monitoring."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, Q, QuerySet, Sum

from assets.models import Service
from common import clock
from monitoring.adapters.alert import Alert
from monitoring.enums import ProblemState
from monitoring.models import Delivery, Problem, RejectedDelivery, Source

# More services on one host than this and nobody's service is named; the ticket only needs to know "several".
SERVICES_LOOKED_AT = 50


def problem_and_predecessor(
    *, source_id: int, alert: Alert, since: datetime
) -> tuple[Problem | None, Problem | None]:
    """The problem of the event, and the newest other one of its trigger that has a ticket and is open or recovered
    after `since`. One query.
    """
    mine = Problem.objects.filter(source_id=source_id, event_id=alert.event_id).order_by()
    if alert.trigger_id is None:
        return mine.first(), None
    same_trigger = Problem.objects.filter(
        Q(state=ProblemState.OPEN) | Q(recovered_at__gte=since),
        source_id=source_id, trigger_id=alert.trigger_id, ticket__isnull=False,
    ).exclude(event_id=alert.event_id)  # fmt: skip
    found = list(mine.union(same_trigger.order_by("-event_id")[:1], all=True))
    own = next((problem for problem in found if problem.event_id == alert.event_id), None)
    other = next((problem for problem in found if problem.event_id != alert.event_id), None)
    return own, other


def problem_of_event(*, source_id: int, event_id: int) -> Problem | None:
    return Problem.objects.filter(source_id=source_id, event_id=event_id).first()


def services_behind(alert: Alert) -> list[Service]:
    """Active services watched through the alert's hosts, matched by host id or technical name."""
    ids = [host.id for host in alert.hosts if host.id is not None]
    names = [host.name for host in alert.hosts if host.name]
    if not ids and not names:
        return []
    found = Service.objects.active().on_hosts(ids, names).select_related("customer").order_by("pk")
    return list(found[:SERVICES_LOOKED_AT])


def problems_of_ticket(ticket_id: int) -> QuerySet[Problem]:
    """The alerts of a ticket, open ones first, newest first."""
    return Problem.objects.filter(ticket_id=ticket_id).select_related("source").order_by("state", "-event_id")


def has_open_problems(ticket_id: int) -> bool:
    return Problem.objects.open().filter(ticket_id=ticket_id).exists()


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source and what an administrator asks of it first."""

    source: Source
    open_problems: int
    owed: int
    rejected: int


def sources_health() -> list[SourceHealth]:
    """All sources with open problems, deliveries still owed and refusals of the last day. Four queries."""
    day = clock.now() - timedelta(days=1)
    open_problems = _by_source(Problem.objects.open(), Count("id"))
    owed = _by_source(Delivery.objects.filter(processed_at__isnull=True), Count("id"))
    rejected = _by_source(RejectedDelivery.objects.filter(last_at__gte=day), Sum("count"))
    return [
        SourceHealth(
            source, open_problems.get(source.pk, 0), owed.get(source.pk, 0), rejected.get(source.pk, 0)
        )
        for source in Source.objects.order_by("name")
    ]


def _by_source(rows: QuerySet[Any], total: Aggregate) -> dict[int, int]:
    return dict(rows.order_by().values_list("source_id").annotate(total=total))


def rejected_deliveries(source_slug: str = "") -> QuerySet[RejectedDelivery]:
    """Refusals, the newest first; of one source, or of all including unknown callers."""
    found = RejectedDelivery.objects.select_related("source").order_by("-last_at", "-pk")
    return found.filter(source__slug=source_slug) if source_slug else found


def problem_by_link(*, slug: str, event_id: int) -> Problem | None:
    """The problem behind a stable link, with its ticket and source."""
    found = Problem.objects.select_related("source", "ticket")
    return found.filter(source__slug=slug, event_id=event_id).first()
