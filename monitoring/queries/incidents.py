"""What the pages of incidents show. Every function costs the same number of queries for one client and for thousands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from accounts.queries import reachable
from assets.models import Circuit, Equipment, Service, Site
from messaging.enums import OutboundState
from monitoring.enums import HIT_RANK, LIVE, HitState, ProblemState
from monitoring.models import (
    ClientNotice,
    Incident,
    IncidentChange,
    IncidentClient,
    IncidentService,
    Problem,
)  # fmt: skip

HIT = tuple(state for state in HitState if state != HitState.OK)
CLIENTS, ITEMS, MEMBERS, CHANGES, LISTED = 50, 6, 50, 30, 30


@dataclass(frozen=True, slots=True)
class Share:
    """Clients in one state: `count` of all, as a part of a hundred."""

    state: HitState
    count: int
    percent: float


@dataclass(frozen=True, slots=True)
class Listed:
    incident: Incident
    shares: list[Share]
    clients: int


@dataclass(slots=True)
class ClientRow:
    """A client with the first of its services, what it was told, and whether anybody of it may be written to."""

    client: IncidentClient
    services: list[IncidentService] = field(default_factory=list)
    more: int = 0
    notices: list[ClientNotice] = field(default_factory=list)
    is_reachable: bool = True


def by_number(number: str) -> Incident | None:
    found = Incident.objects.select_related(
        "ticket__assignee",
        "equipment",
        "circuit__equipment",
        "site",
        "recurrence_of__ticket",
        "merged_into__ticket",
    )
    return found.filter(ticket__number=number).first()


def live() -> list[Listed]:
    """Incidents under way, the newest first."""
    return _listed(Incident.objects.live().order_by("-opened_at", "-pk"))


def ended(before: int | None = None) -> list[Listed]:
    """Those that are over, the newest first; `before` is the key of the last one seen."""
    over = Incident.objects.exclude(state__in=LIVE)
    if before is not None:
        over = over.filter(pk__lt=before)
    return _listed(over.order_by("-pk")[: LISTED + 1])


def _listed(rows: QuerySet[Incident]) -> list[Listed]:
    incidents = list(rows.select_related("ticket", "site"))
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    live_keys = {one.pk for one in incidents if one.is_live}
    grouped = IncidentClient.objects.filter(incident__in=incidents).values("incident", "state", "worst")
    for row in grouped.annotate(number=Count("pk")):
        # Of what is over the worst is of interest, everything is well by now.
        shown = row["state"] if row["incident"] in live_keys else row["worst"]
        counts[row["incident"]][shown] += row["number"]
    return [Listed(one, shares(counts[one.pk]), sum(counts[one.pk].values())) for one in incidents]


def shares(counts: Counter[str]) -> list[Share]:
    """For a bar: states in their order, those without a client left out."""
    total = sum(counts.values())
    return [
        Share(HitState(state), counts[state], 100 * counts[state] / total)
        for state in HitState.values if counts[state]
    ]  # fmt: skip


def counts_of(incident: Incident) -> Counter[str]:
    """Clients by state."""
    rows = incident.clients.values("state").annotate(number=Count("pk"))
    return Counter({row["state"]: row["number"] for row in rows})


def clients(
    incident: Incident, *, state: str = "", words: str = "", page: int = 1
) -> tuple[list[ClientRow], bool]:
    """One page of clients, the worst first, and whether there are more; a fixed number of queries."""
    rows = incident.clients.select_related("customer").annotate(rank=_worst_first(), is_reachable=reachable())
    if state:
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(Q(customer__name__icontains=words) | Q(customer__code__icontains=words))
    begin = (page - 1) * CLIENTS
    found = list(rows.order_by("rank", "customer__name", "pk")[begin : begin + CLIENTS + 1])
    result = {row.customer_id: ClientRow(row, is_reachable=row.is_reachable) for row in found[:CLIENTS]}
    _add_services(incident, result)
    _add_notices(incident, result)
    return list(result.values()), len(found) > CLIENTS


def _add_services(incident: Incident, result: dict[int, ClientRow]) -> None:
    rows = incident.services.filter(customer__in=result).exclude(worst=HitState.OK).select_related("service")
    for row in sorted(rows, key=lambda one: (HIT_RANK[one.state], one.pk)):
        mine = result[row.customer_id]
        if len(mine.services) < ITEMS:
            mine.services.append(row)
        else:
            mine.more += 1


def _add_notices(incident: Incident, result: dict[int, ClientRow]) -> None:
    rows = _notices(incident).filter(customer__in=result)
    for notice in rows.select_related("contact", "message").order_by("created_at", "pk"):
        result[notice.customer_id].notices.append(notice)


def _notices(incident: Incident) -> QuerySet[ClientNotice]:
    """Those of the incident, and of all that were joined with it."""
    family = fresh = {incident.pk}
    while fresh:
        joined = Incident.objects.filter(merged_into__in=fresh).values_list("pk", flat=True)
        fresh = set(joined) - family
        family = family | fresh
    return ClientNotice.objects.filter(incident__in=family)


@dataclass(frozen=True, slots=True)
class Telling:
    """How the desk did: clients told, and told before they wrote; who still waits, and whom nobody can write to."""

    told: int
    waiting: int
    held: int
    unreachable: int
    wrote: int
    before_they_wrote: int
    undelivered: int
    first_after: timedelta | None


def telling(incident: Incident) -> Telling:
    columns = ("state", "told_at", "wrote_at", "held", "is_reachable")
    rows = list(incident.clients.annotate(is_reachable=reachable()).values_list(*columns, named=True))
    told = [one.told_at for one in rows if one.told_at]
    wrote = [one for one in rows if one.wrote_at]
    untold = [one for one in rows if one.state == HitState.DOWN and not one.told_at]
    return Telling(
        told=len(told),
        waiting=sum(1 for one in untold if one.is_reachable and not one.held),
        held=sum(1 for one in rows if one.held),
        unreachable=sum(1 for one in untold if not one.is_reachable),
        wrote=len(wrote),
        before_they_wrote=sum(1 for one in wrote if one.told_at and one.told_at <= one.wrote_at),
        undelivered=_notices(incident).filter(message__state=OutboundState.DEAD).count(),
        first_after=min(told) - incident.started_at if told else None,
    )


def timeline(incident: Incident, *, everything: bool = False) -> tuple[list[IncidentChange], bool]:
    """Newest first, and whether there are more."""
    rows = incident.changes.order_by("-at", "-pk")
    found = list(rows if everything else rows[: CHANGES + 1])
    return (found, False) if everything else (found[:CHANGES], len(found) > CHANGES)


def services_named(changes: list[IncidentChange]) -> dict[int, Service]:
    """The services that the judgements of a timeline moved, with their customers."""
    keys = {one[0] for change in changes for one in change.data.get("moved", [])[:ITEMS]}
    return services_in(keys)


def services_in(keys: Iterable[int]) -> dict[int, Service]:
    return Service.objects.select_related("customer").in_bulk(list(keys))


def members(incident: Incident, *, page: int = 1) -> tuple[list[Problem], bool]:
    """Problems of the incident: open ones first, the oldest of them on top; and whether there are more."""
    rows = Problem.objects.filter(incident=incident).select_related(
        "source", "ticket", "equipment", "circuit", "service"
    )
    begin = (page - 1) * MEMBERS
    found = list(rows.order_by("state", "started_at", "pk")[begin : begin + MEMBERS + 1])
    return found[:MEMBERS], len(found) > MEMBERS


def member_counts(incident: Incident) -> dict[str, int]:
    found = Problem.objects.filter(incident=incident).aggregate(
        all=Count("pk"),
        open=Count("pk", filter=Q(state=ProblemState.OPEN, excluded_at__isnull=True)),
        excluded=Count("pk", filter=Q(excluded_at__isnull=False)),
    )
    return {"all": found["all"], "open": found["open"], "excluded": found["excluded"]}


def loose(words: str) -> list[Problem]:
    """Open problems outside every incident, to be attached by hand; by name or host."""
    rows = Problem.objects.open().filter(
        Q(incident__isnull=True) | Q(excluded_at__isnull=False), announced=True
    )
    if words:
        rows = rows.filter(
            Q(name__icontains=words) | Q(host__icontains=words) | Q(host_name__icontains=words)
        )
    return list(rows.select_related("source", "ticket").order_by("-pk")[:10])


def standing(ticket_id: int) -> Incident | None:
    """The incident that a ticket stands for, or hangs on."""
    own = Q(ticket=ticket_id) | Q(ticket__children=ticket_id)
    return Incident.objects.select_related("ticket").filter(own).order_by("-pk").first()


def live_count() -> int:
    return Incident.objects.live().count()


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may be the cause."""

    kind: str
    pk: int
    label: str
    what: str


def causes_named(words: str, incident: Incident) -> list[Choice]:
    """Candidates for another root: by name, or what feeds the cause when nothing is typed."""
    if not words:
        feeding = Equipment.objects.filter(feeds__equipment=incident.equipment_id).distinct()
        return [_device(one) for one in feeding[:8]] if incident.equipment_id else []
    devices = Equipment.objects.working().filter(name__icontains=words).order_by("name")[:8]
    circuits = Circuit.objects.filter(Q(cid__icontains=words) | Q(provider__icontains=words))[:4]
    sites = Site.objects.filter(Q(code__icontains=words) | Q(name__icontains=words))[:3]
    return [
        *(_device(one) for one in devices),
        *(Choice("circuit", one.pk, str(one), "") for one in circuits),
        *(Choice("site", one.pk, f"{one.code} {one.name}", "") for one in sites),
    ]


def _device(one: Equipment) -> Choice:
    return Choice("equipment", one.pk, one.name, one.get_kind_display())


def hit_of(customer_id: int) -> IncidentClient | None:
    """What hits the customer now; of several incidents the one that hits hardest, then the oldest."""
    rows = IncidentClient.objects.filter(customer=customer_id, incident__state__in=LIVE)
    hit = rows.exclude(state=HitState.OK).select_related("incident__ticket", "customer")
    return hit.order_by(_worst_first(), "incident").first()


def _worst_first() -> Case:
    return Case(
        *(When(state=one, then=Value(place)) for place, one in enumerate(HitState)),
        output_field=IntegerField(),
    )


def hits_shown_to(customer_id: int, at: datetime) -> list[IncidentService]:
    """The customer's own services in trouble, the worst first; two queries.

    Only what it was told, or would be if somebody could be written to; nothing that waits for a person's word.
    """
    certain = at - timedelta(seconds=settings.NOTICE_CONFIRM_SECONDS)
    told = Q(told_at__isnull=False) | Q(state=HitState.DOWN, down_since__lte=certain)
    incidents = IncidentClient.objects.filter(told, customer=customer_id, held="").values("incident")
    rows = IncidentService.objects.filter(
        customer=customer_id, incident__state__in=LIVE, incident__in=incidents
    )
    found = rows.exclude(state=HitState.OK).select_related("service", "incident")
    return sorted(found, key=lambda one: (HIT_RANK[one.state], one.pk))
