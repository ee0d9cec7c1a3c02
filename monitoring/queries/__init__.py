"""Read side of monitoring."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, Max, QuerySet, Sum

from assets.models import Service
from common import clock
from monitoring.enums import WriteBackState
from monitoring.models import Delivery, Problem, RejectedDelivery, Source, WriteBack


def problem(pk: int | None) -> Problem | None:
    return None if pk is None else Problem.objects.filter(pk=pk).first()


def locked_problem(pk: int | None) -> Problem | None:
    """The problem under its row's lock: an incident may be taking it in at this moment."""
    return None if pk is None else Problem.objects.select_for_update(of=("self",)).filter(pk=pk).first()


def problem_of_event(*, source_id: int, event_id: int) -> Problem | None:
    return Problem.objects.filter(source_id=source_id, event_id=event_id).first()


def services(pks: set[int]) -> list[Service]:
    """The services with their customers; no query for none."""
    return list(Service.objects.filter(pk__in=pks).select_related("customer").order_by("pk")) if pks else []


def problems_of_ticket(ticket_id: int) -> QuerySet[Problem]:
    """The alerts of a ticket, open ones first, newest first."""
    return Problem.objects.filter(ticket_id=ticket_id).select_related("source").order_by("state", "-event_id")


def unsynchronised(ticket_id: int) -> list[WriteBack]:
    """What Zabbix could not be told about the ticket."""
    failed = WriteBack.objects.filter(ticket=ticket_id, state=WriteBackState.FAILED)
    return list(failed.select_related("source").order_by("-pk")[:5])


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
    found = Problem.objects.select_related("source", "ticket", "incident__ticket")
    return found.filter(source__slug=slug, event_id=event_id).first()


@dataclass(frozen=True, slots=True)
class UnknownHost:
    """A host with open problems that the registry does not know: no incident and no client can follow from it."""

    source: str
    host: str
    name: str
    problems: int
    last: datetime


def unknown_hosts() -> list[UnknownHost]:
    """Those with most open problems first, at most 200; O(open problems)."""
    loose = Problem.objects.open().filter(
        equipment__isnull=True, circuit__isnull=True, service__isnull=True, announced=True
    )
    rows = (
        loose.exclude(host="")
        .values("source__name", "host")
        .annotate(problems=Count("pk"), last=Max("first_seen_at"), name=Max("host_name"))
    )
    return [
        UnknownHost(row["source__name"], row["host"], row["name"], row["problems"], row["last"])
        for row in rows.order_by("-problems", "host")[:200]
    ]
