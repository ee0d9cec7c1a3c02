"""Taking an alert's locks and finding what it touches, in one round trip.

Written in SQL: a storm brings hundreds of alerts a second, nearly all of them touch nothing that exists, and building
these look-ups with the ORM cost more than everything the database does for a new ticket.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from monitoring.adapters.alert import Host
from monitoring.correlation.rules import EARLIER, FLAP_WINDOW
from monitoring.enums import HitState, IncidentState, ProblemState

# Two lock spaces: every worker takes its event first and its trigger second, so none can wait in a circle.
EVENT_LOCK, TRIGGER_LOCK = 0x65_76, 0x74_72
# More services than this behind one alert, and nobody's is named anyway.
SERVICES_LOOKED_AT = 50

# Tags that NetBox's own integrations put on hosts: what a device is called there.
NETBOX_TYPE, NETBOX_ID = "nb_type", "nb_id"

# Each statement of the string gets its own snapshot, so the second sees what the lock's last holder committed.
_SQL = """
SELECT pg_advisory_xact_lock(%(event_lock)s, hashtext(%(event_key)s)),
       pg_advisory_xact_lock(%(trigger_lock)s, hashtext(%(trigger_key)s));
WITH device AS (
    SELECT id, kind FROM assets_equipment
     WHERE status <> 'retired' AND monitored_host_ids && %(host_ids)s::bigint[]
    UNION
    SELECT id, kind FROM assets_equipment
     WHERE status <> 'retired' AND monitored_host <> '' AND monitored_host = ANY(%(host_names)s)
    UNION
    SELECT id, kind FROM assets_equipment
     WHERE status <> 'retired' AND source_id <> '' AND source = ANY(%(registers)s) AND source_id = ANY(%(source_ids)s)
), circuit AS (
    SELECT id, equipment_id FROM assets_circuit
     WHERE status <> 'retired' AND monitored_host <> '' AND monitored_host = ANY(%(host_names)s)
), service AS (
    (SELECT id FROM assets_service
      WHERE is_active AND monitored_host_id = ANY(%(host_ids)s) LIMIT %(limit)s)
    UNION
    (SELECT id FROM assets_service
      WHERE is_active AND monitored_host <> '' AND monitored_host = ANY(%(host_names)s) LIMIT %(limit)s)
)
SELECT 'known', id, '', NULL::timestamptz FROM monitoring_problem
 WHERE source_id = %(source)s AND event_id = %(event)s
UNION ALL
(SELECT 'predecessor', id, '', NULL FROM monitoring_problem
  WHERE source_id = %(source)s AND trigger_id = %(trigger)s AND event_id <> %(event)s AND ticket_id IS NOT NULL
    AND (state = %(open)s OR recovered_at >= %(since)s)
  ORDER BY event_id DESC LIMIT 1)
UNION ALL
SELECT 'flap', id, '', NULL FROM monitoring_flap
 WHERE is_live AND source_id = %(source)s AND trigger_id = %(trigger)s
UNION ALL
SELECT 'recent', count(*), '', NULL FROM (
    SELECT 1 FROM monitoring_problem
     WHERE source_id = %(source)s AND trigger_id = %(trigger)s AND event_id <> %(event)s AND first_seen_at >= %(lately)s
     ORDER BY event_id DESC LIMIT 10) AS lately
UNION ALL
SELECT 'works', count(*), '', NULL FROM monitoring_maintenancewindow
 WHERE cancelled_at IS NULL AND ends_at > %(at)s AND starts_at <= %(at)s
UNION ALL
SELECT 'device', id, kind, NULL FROM device
UNION ALL
SELECT 'circuit', id, '', NULL FROM circuit
UNION ALL
SELECT 'service', id, '', NULL FROM service
UNION ALL
SELECT 'incident', i.id, i.state || ' ' || n.state, i.started_at
  FROM monitoring_incidentnode n JOIN monitoring_incident i ON i.id = n.incident_id
 WHERE n.is_live AND n.equipment_id IN (SELECT id FROM device)
UNION ALL
SELECT 'incident', i.id, i.state, i.started_at
  FROM monitoring_incidentnode n JOIN monitoring_incident i ON i.id = n.incident_id
 WHERE n.is_live AND n.state = 'down' AND n.equipment_id IN (SELECT equipment_id FROM circuit)
UNION ALL
SELECT 'incident', id, state, started_at FROM monitoring_incident
 WHERE state IN ('open', 'recovered') AND circuit_id IN (SELECT id FROM circuit)
UNION ALL
SELECT 'incident', i.id, i.state, i.started_at
  FROM monitoring_incidentservice s JOIN monitoring_incident i ON i.id = s.incident_id
 WHERE s.is_live AND s.service_id IN (SELECT id FROM service)
"""


@dataclass(frozen=True, slots=True)
class Explaining:
    """An incident that explains the thing. `foresees`: it is under way and says that this thing is down."""

    id: int
    started_at: datetime
    foresees: bool

    def takes(self, started_at: datetime) -> bool:
        """A symptom may be a little older than its cause, but not much."""
        return started_at >= self.started_at - EARLIER


@dataclass(slots=True)
class Claim:
    """Ids of what an alert touches.

    Its problem, the newest other problem of its trigger that still has a say (with a ticket, open or recovered
    since), how many others its trigger has had lately (at most 10) and whether that is known to flap, how many
    maintenance windows are open, the things of the registry watched through its hosts, and the oldest incident that explains one of them.
    """

    problem_id: int | None = None
    predecessor_id: int | None = None
    equipment_id: int | None = None
    equipment_kind: str = ""
    circuit_id: int | None = None
    incident: Explaining | None = None
    flap_id: int | None = None
    recent: int = 0
    works: int = 0
    service_ids: set[int] = field(default_factory=set)


def claim(
    *,
    source_id: int,
    event_id: int,
    trigger_id: int | None,
    hosts: Sequence[Host],
    tags: Iterable[Sequence[str]],
    since: datetime,
    at: datetime,
) -> Claim:
    """Lock the event and its trigger until the end of the transaction, and look.

    The lock keys are hashes: a clash only makes two alerts wait for each other.
    """
    event_key = f"{source_id}:{event_id}"
    values: dict[str, Any] = {
        "event_lock": EVENT_LOCK,
        "event_key": event_key,
        "trigger_lock": TRIGGER_LOCK,
        "trigger_key": event_key if trigger_id is None else f"{source_id}:{trigger_id}",
        "source": source_id,
        "event": event_id,
        "trigger": trigger_id,
        "open": ProblemState.OPEN.value,
        "since": since,
        "lately": at - FLAP_WINDOW,
        "at": at,
        "host_ids": [host.id for host in hosts if host.id is not None],
        "host_names": [host.name for host in hosts if host.name],
        "source_ids": (named := _source_ids(tags)),
        "registers": list(settings.NETBOX_SOURCES) if named else [],
        "limit": SERVICES_LOOKED_AT,
    }
    found = Claim()
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        for row in cursor.fetchall():
            _sort(found, *row)
    return found


def _source_ids(tags: Iterable[Sequence[str]]) -> list[str]:
    said = {pair[0]: pair[1] for pair in tags}
    kind, key = said.get(NETBOX_TYPE, ""), said.get(NETBOX_ID, "")
    return [f"{kind}:{key}"] if kind and key else []


def _sort(found: Claim, what: str, pk: int, text: str, at: datetime | None) -> None:
    """Of several things the oldest: which one it is must not depend on the plan of a query."""
    if what == "service":
        found.service_ids.add(pk)
    elif what in ("recent", "works"):
        setattr(found, what, pk)
    elif what == "incident":
        assert at is not None
        if found.incident is None or pk < found.incident.id:
            found.incident = Explaining(pk, at, text == f"{IncidentState.OPEN.value} {HitState.DOWN.value}")
    elif what == "device":
        if found.equipment_id is None or pk < found.equipment_id:
            found.equipment_id, found.equipment_kind = pk, text
    else:
        name = "problem_id" if what == "known" else f"{what}_id"
        setattr(found, name, min(pk, getattr(found, name) or pk))
