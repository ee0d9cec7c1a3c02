"""Who is hit: the impact of what has failed, put into the incident's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from assets.impact import Assessment, Cut, Impact, Usual, assess
from assets.models import Equipment, Service
from assets.queries.current import current, stamp
from monitoring.correlation.cuts import Failure, from_json, to_json
from monitoring.enums import HIT_RANK, HitState
from monitoring.models import Incident, IncidentClient, IncidentNode, IncidentService
from monitoring.services.incidents import changes
from monitoring.services.incidents.failing import Seen, already, failure, named, seen

# The timeline names so many services; the rest is counted.
NAMED = 500
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Hit:
    """What becomes of one service. `left` until the battery that carries it is flat."""

    state: str
    reason: str
    margin: int | None
    left: timedelta | None
    is_observed: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """What the alarms say and what follows from it. `left` is how long each battery that still runs will last."""

    usual: Usual
    now: Seen
    down_before: Cut
    failed: Failure
    left: Mapping[int, timedelta]
    found: Assessment
    hits: dict[int, Hit]


def judge(*, incident: Incident, at: datetime, rebase: bool = False, actor: str = "") -> bool:
    """Bring the incident's nodes, services and clients up to date; True when a service changed its state.

    The registry counts as it was at the first judgement: if it has changed since, only what new failures bring is
    taken over, unless a person asked for it (`rebase`). Needs the incident's row lock, or a row nobody knows yet.
    """
    known = stamp()
    picture = _picture(incident, at)
    hits = picture.hits
    if _is_frozen(incident, known, rebase) and hits:
        hits = _only_news(incident, picture)
    else:
        incident.plant_stamp = known
    moved = _services(incident, hits, at)
    _nodes(incident, picture.usual, picture.found, picture.now)
    _clients(incident, at)
    incident.failed = to_json(picture.failed)
    incident.assessed_at = at
    incident.assess_at = min((at + rest for rest in picture.left.values()), default=None)
    if moved:
        incident.version += 1
    incident.save()
    if moved or rebase:
        kind = changes.RECOMPUTED if rebase else changes.JUDGED
        changes.note(incident, kind, at=at, actor=actor, **_told(incident, moved))
    return bool(moved)


def proposal(*, incident: Incident, at: datetime) -> list[tuple[int, str, str]]:
    """What `judge(rebase=True)` would change: services with their state now and then. Writes nothing."""
    hits = _picture(incident, at).hits
    rows = dict(incident.services.values_list("service_id", "state"))
    both = [(key, rows.get(key, HitState.OK.value), _state(hits, key)) for key in sorted(rows.keys() | hits)]
    return [one for one in both if one[1] != one[2]]


def is_due(incident: Incident, at: datetime) -> bool:
    """Whether the last judgement may be wrong by now.

    Something failed that it did not foresee, something it counted on having failed is back, or a battery is flat.
    """
    if incident.assessed_at is None or (incident.assess_at is not None and incident.assess_at <= at):
        return True
    now, before = seen(incident), from_json(incident.failed)
    if now.circuits != before.cut.circuits or frozenset(now.batteries) != before.cut.unfed:
        return True
    if now.services != before.services:
        return True
    if before.cut.nodes - now.nodes:
        return True
    fresh = now.nodes - before.cut.nodes
    foreseen = incident.nodes.filter(state=HitState.DOWN, equipment__in=fresh).count() if fresh else 0
    return foreseen < len(fresh)


def _picture(incident: Incident, at: datetime) -> Picture:
    usual, now, down_before = current(), seen(incident), already(incident, at)
    failed, left = failure(incident, now, usual, down_before, at)
    found = assess(usual.plant, failed.cut, down_before, left=left, usual=usual)
    hits = {} if failed.is_nothing else _hits(incident, usual, found, now)
    return Picture(usual, now, down_before, failed, left, found, hits)


def _is_frozen(incident: Incident, known: int, rebase: bool) -> bool:
    return not rebase and incident.plant_stamp is not None and incident.plant_stamp != known


def _hits(incident: Incident, usual: Usual, found: Assessment, now: Seen) -> dict[int, Hit]:
    """New findings, the unknown ones of the same site, and what the services' own alarms say."""
    on = {one.id: one.node for one in usual.plant.services}
    beside = _beside(incident, found, on)
    hits = {}
    for key, finding in found.services.items():
        if finding.is_new or key in beside:
            observed = key in now.services or on.get(key) in now.nodes
            hits[key] = Hit(finding.state.value, finding.reason.value, finding.margin, finding.left, observed)
    for key in now.services:
        if hits.get(key) is None or hits[key].state != HitState.DOWN:
            hits[key] = Hit(HitState.DOWN.value, "failed", None, None, is_observed=True)
    return hits


def _beside(incident: Incident, found: Assessment, on: Mapping[int, int | None]) -> set[int]:
    """Services nobody knows the power of, where the cause stands: they may be hit, so they are listed."""
    unknown = found.in_state(Impact.UNKNOWN)
    if not unknown or incident.site_id is None:
        return set()
    nodes = named(*(on.get(key) for key in unknown))
    here = set(Equipment.objects.filter(pk__in=nodes, site=incident.site_id).values_list("pk", flat=True))
    return {key for key in unknown if on.get(key) in here}


def _only_news(incident: Incident, picture: Picture) -> dict[int, Hit]:
    """The frozen list, changed only where the new failures make a difference in the registry as it is today."""
    old = from_json(incident.failed)
    usual, hits = picture.usual, picture.hits
    found = assess(usual.plant, old.cut, picture.down_before, usual=usual)
    base = _hits(incident, usual, found, replace(picture.now, services=old.services))
    frozen = {
        row.service_id: Hit(row.state, row.reason, row.margin, None, row.is_observed)
        for row in incident.services.exclude(state=HitState.OK)
    }
    for key in hits.keys() | base.keys():
        if _state(hits, key) != _state(base, key):
            frozen.pop(key, None)
            if key in hits:
                frozen[key] = hits[key]
    return frozen


def _state(hits: Mapping[int, Hit], key: int) -> str:
    return hits[key].state if key in hits else HitState.OK.value


def worse(one: str, other: str) -> str:
    return one if HIT_RANK[one] <= HIT_RANK[other] else other


def _services(incident: Incident, hits: Mapping[int, Hit], at: datetime) -> list[list[Any]]:
    """Write the rows; the services whose state changed as [id, from, to]."""
    rows = {row.service_id: row for row in incident.services.all()}
    moved: list[list[Any]] = []
    owners = dict(Service.objects.filter(pk__in=hits.keys() - rows.keys()).values_list("pk", "customer_id"))
    fresh, changed = [], []
    for key, hit in hits.items():
        row = rows.get(key)
        if row is None:
            if key not in owners:
                continue
            row = IncidentService(
                incident=incident,
                service_id=key,
                customer_id=owners[key],
                state=HitState.OK,
                worst=hit.state,
                since=at,
            )
            fresh.append(row)
        else:
            changed.append(row)
        _take_over(row, hit, at, moved)
    for key in rows.keys() - hits.keys():
        if rows[key].state != HitState.OK:
            _take_over(rows[key], Hit(HitState.OK.value, "", None, None), at, moved)
            changed.append(rows[key])
    IncidentService.objects.bulk_create(fresh, batch_size=BATCH)
    columns = ["state", "worst", "reason", "deadline_at", "margin", "is_observed", "since"]
    IncidentService.objects.bulk_update(changed, columns, batch_size=BATCH)
    return sorted(moved)


def _take_over(row: IncidentService, hit: Hit, at: datetime, moved: list[list[Any]]) -> None:
    if row.state != hit.state:
        moved.append([row.service_id, str(row.state), hit.state])
        row.state, row.since = hit.state, at
    row.worst = worse(row.worst, hit.state)
    row.reason, row.margin, row.is_observed = hit.reason, hit.margin, hit.is_observed
    row.deadline_at = None if hit.left is None else at + hit.left


def _nodes(incident: Incident, usual: Usual, found: Assessment, now: Seen) -> None:
    """Devices that the incident explains. They stay on the list: what flaps comes back to it."""
    wanted = {key: (one.state.value, one.reason.value) for key, one in found.nodes.items() if one.is_new}
    if incident.cause_key.startswith("site:"):
        here = Equipment.objects.working().filter(site=incident.site_id).values_list("pk", flat=True)
        wanted = dict.fromkeys(here, (HitState.UNKNOWN.value, "")) | wanted
    for key in {*now.nodes, *now.batteries, *named(incident.equipment_id)}:
        wanted.setdefault(key, (HitState.DEGRADED.value, ""))
    rows = {row.equipment_id: row for row in incident.nodes.all()}
    there = usual.plant.nodes.keys() | set(
        Equipment.objects.filter(pk__in=wanted.keys() - usual.plant.nodes.keys()).values_list("pk", flat=True)
    )
    fresh = [
        IncidentNode(incident=incident, equipment_id=key, state=state, reason=reason)
        for key, (state, reason) in wanted.items() if key not in rows and key in there
    ]  # fmt: skip
    changed = []
    for key, row in rows.items():
        state, reason = wanted.get(key, (HitState.OK.value, ""))
        if (row.state, row.reason) != (state, reason):
            row.state, row.reason = state, reason
            changed.append(row)
    IncidentNode.objects.bulk_create(fresh, batch_size=BATCH)
    IncidentNode.objects.bulk_update(changed, ["state", "reason"], batch_size=BATCH)


def _clients(incident: Incident, at: datetime) -> None:
    """The worst state of a client's services is its own."""
    worst: dict[int, str] = {}
    for customer, state in incident.services.values_list("customer_id", "state"):
        worst[customer] = worse(worst.get(customer, HitState.OK), state)
    rows = {row.customer_id: row for row in incident.clients.all()}
    fresh, changed = [], []
    for customer, state in worst.items():
        row = rows.get(customer)
        if row is None:
            row = IncidentClient(
                incident=incident, customer_id=customer, state=HitState.OK, worst=state, since=at
            )
            fresh.append(row)
        elif row.state != state:
            changed.append(row)
        else:
            continue
        _client_is(row, state, at)
    IncidentClient.objects.bulk_create(fresh, batch_size=BATCH)
    columns = ["state", "worst", "since", "down_since", "restored_at", "held"]
    IncidentClient.objects.bulk_update(changed, columns, batch_size=BATCH)


def _client_is(row: IncidentClient, state: str, at: datetime) -> None:
    row.state, row.since, row.worst = state, at, worse(row.worst, state)
    row.restored_at = at if state == HitState.OK else None
    # Down again after it was well: the confirmation begins anew.
    row.down_since = (row.down_since or at) if state == HitState.DOWN else None
    if state != HitState.DOWN:
        row.held = ""


def _told(incident: Incident, moved: list[list[Any]]) -> dict[str, Any]:
    """For the timeline: how many services are in which state now, and those that moved."""
    counts: Counter[str] = Counter(incident.services.values_list("state", flat=True))
    clients: Counter[str] = Counter(incident.clients.values_list("state", flat=True))
    return {
        "services": {state: count for state, count in counts.items() if state != HitState.OK},
        "clients": {state: count for state, count in clients.items() if state != HitState.OK},
        "moved": moved[:NAMED],
        "moved_count": len(moved),
    }
