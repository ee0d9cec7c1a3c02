"""Many things fail at once and no alarm names the cause: it is inferred from the registry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.enums import Actor
from assets.models import Circuit, Equipment, Site
from assets.queries.current import current, stamp
from monitoring.correlation.inferring import Suspect, infer
from monitoring.correlation.rules import FRESH, REVIEWED, STORM_SHARE, STORM_SHARE_THINGS, STORM_THINGS
from monitoring.enums import Effect, ProblemState
from monitoring.models import Incident, Problem
from monitoring.services.describing import subject_of
from monitoring.services.incidents import causes, merging, opening
from monitoring.services.incidents.causes import Cause
from monitoring.services.incidents.failing import members

# Looked at when the count of fresh things reaches one of these: a storm must not infer for each of its alerts.
LOOKS = frozenset({3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987})
MOST = 1000
# A cause and what speaks for it.
Found = tuple[Cause, dict[str, Any]]


class _Unexplained:
    """The last alarms that nothing explained: until others come or the registry changes, nothing will."""

    def __init__(self) -> None:
        self._known: tuple[frozenset[int], int] | None = None

    def knows(self, down: frozenset[int]) -> bool:
        return self._known == (down, stamp())

    def remember(self, down: frozenset[int]) -> None:
        self._known = (down, stamp())


_unexplained = _Unexplained()


def fresh_count(at: datetime, *, most: int = MOST) -> int:
    """Different devices of which an unexplained alarm came in within the last minute, at most `most`."""
    count: int = _fresh(at).values("equipment").distinct()[:most].count()
    return count


def is_storm(count: int) -> bool:
    return count >= STORM_THINGS


def suspect(at: datetime) -> Found | None:
    """What explains the fresh alarms best, if anything does. Takes its time with a large registry: ask without a lock."""
    down = _down(at)
    if len(down) < STORM_SHARE_THINGS or _unexplained.knows(down):
        return None
    found = _best(down)
    if found is None:
        _unexplained.remember(down)
    return found


def open_for(found: Found, *, actor: Actor, at: datetime) -> Incident | None:
    """Open the incident of a suspect, unless its alarms have been explained meanwhile. Needs the correlation lock."""
    cause, evidence = found
    fresh = list(_fresh(at).order_by("started_at", "pk")[:MOST])
    if len({one.equipment_id for one in fresh}) < STORM_SHARE_THINGS:
        return None
    incident = opening.open_or_grow(
        actor=actor,
        cause=cause,
        started_at=fresh[0].started_at,
        received_at=min(fresh[0].first_seen_at, at),
        at=at,
        alarm="\n".join(subject_of(one) for one in fresh[:10]),
        evidence=[evidence],
    )
    opening.complete(incident, at)
    return incident


def wider(incident: Incident, at: datetime) -> Found | None:
    """A cause inferred from the first alarms may sit too low: what explains all that have come since, if it is another."""
    if not incident.is_inferred or at > incident.opened_at + REVIEWED:
        return None
    mine = members(incident).filter(state=ProblemState.OPEN, effect=Effect.DOWN, equipment__isnull=False)
    found = _best(frozenset(mine.values_list("equipment_id", flat=True)) | _down(at))
    is_other = found is not None and found[0].key != incident.cause_key
    return found if is_other and found is not None and _is_wider(incident, found[1]) else None


def grow_to(found: Found, incident: Incident, *, at: datetime) -> None:
    """Move an inferred root. Needs the correlation lock."""
    merging.grow(cause=found[0], incidents=[incident], at=at, evidence=[found[1]])
    opening.complete(incident, at)


def _down(at: datetime) -> frozenset[int]:
    return frozenset(_fresh(at).values_list("equipment_id", flat=True)[:MOST])


def _is_wider(incident: Incident, evidence: dict[str, Any]) -> bool:
    before = incident.evidence[0]["explained"] if incident.evidence else 0
    return bool(evidence["explained"] > before)


def _fresh(at: datetime) -> QuerySet[Problem]:
    return Problem.objects.filter(
        first_seen_at__gte=at - FRESH, state=ProblemState.OPEN, incident__isnull=True, announced=True, effect=Effect.DOWN,
        equipment__isnull=False,
    )  # fmt: skip


def _best(down: frozenset[int]) -> Found | None:
    usual = current()
    watched = Equipment.objects.working().filter(is_monitored=True)
    watched = watched.exclude(monitored_host="", monitored_host_ids=[])
    alarmed = Problem.objects.open().filter(equipment__isnull=False).exclude(effect=Effect.DEGRADED)
    suspects = infer(
        usual,
        down=down,
        monitored=frozenset(watched.values_list("pk", flat=True)),
        alarmed=frozenset(alarmed.values_list("equipment_id", flat=True)),
    )
    return _as_cause(suspects[0], len(down)) if suspects else _site(down)


def _as_cause(best: Suspect, total: int) -> Found:
    cause = (
        causes.of_circuit(Circuit.objects.select_related("equipment").get(pk=best.key))
        if best.is_circuit
        else causes.of_equipment(Equipment.objects.get(pk=best.key))
    )
    return cause, _evidence(best.explained, total, best.precision)


def _site(down: frozenset[int]) -> Found | None:
    """Nothing in the registry connects them but the place: enough of one site make the site the cause."""
    here = dict[int, set[int]]()
    for key, site in Equipment.objects.filter(pk__in=down).values_list("pk", "site_id"):
        here.setdefault(site, set()).add(key)
    site_id, hit = max(here.items(), key=lambda one: len(one[1]))
    watched = Equipment.objects.working().filter(site=site_id, is_monitored=True).count()
    share = len(hit) / max(watched, len(hit))
    if len(hit) < STORM_THINGS or share < STORM_SHARE:
        return None
    return causes.of_site(Site.objects.get(pk=site_id)), _evidence(len(hit), len(down), share)


def _evidence(explained: int, total: int, precision: float) -> dict[str, Any]:
    return {"explained": explained, "of": total, "precision": round(precision, 3)}
