"""Taking an alert's locks and finding what it touches, in one round trip.

Written in SQL: a storm brings hundreds of alerts a second, nearly all of them touch nothing that exists, and building
these look-ups with the ORM cost more than everything the database does for a new ticket.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from monitoring.adapters.alert import Alert
from monitoring.enums import ProblemState

# Two lock spaces: every worker takes its event first and its trigger second, so none can wait in a circle.
EVENT_LOCK, TRIGGER_LOCK = 0x65_76, 0x74_72
# More services than this behind one alert, and nobody's is named anyway.
SERVICES_LOOKED_AT = 50

# Each statement of the string gets its own snapshot, so the second sees what the lock's last holder committed.
_SQL = """
SELECT pg_advisory_xact_lock(%(event_lock)s, hashtext(%(event_key)s)),
       pg_advisory_xact_lock(%(trigger_lock)s, hashtext(%(trigger_key)s));
SELECT 'known', id FROM monitoring_problem WHERE source_id = %(source)s AND event_id = %(event)s
UNION ALL
(SELECT 'before', id FROM monitoring_problem
  WHERE source_id = %(source)s AND trigger_id = %(trigger)s AND event_id <> %(event)s AND ticket_id IS NOT NULL
    AND (state = %(open)s OR recovered_at >= %(since)s)
  ORDER BY event_id DESC LIMIT 1)
UNION ALL
(SELECT 'service', id FROM assets_service
  WHERE is_active AND monitored_host_id = ANY(%(host_ids)s) LIMIT %(limit)s)
UNION ALL
(SELECT 'service', id FROM assets_service
  WHERE is_active AND monitored_host <> '' AND monitored_host = ANY(%(host_names)s) LIMIT %(limit)s)
"""


@dataclass(slots=True)
class Claim:
    """Ids of what an alert touches: its problem, the newest other problem of its trigger that still has a say (with a
    ticket, open or recovered since), and the active services watched through its hosts.
    """

    problem_id: int | None = None
    predecessor_id: int | None = None
    service_ids: set[int] = field(default_factory=set)


def claim(*, source_id: int, alert: Alert, since: datetime) -> Claim:
    """Lock the alert's event and trigger until the end of the transaction, and look.

    The lock keys are hashes: a clash only makes two alerts wait for each other.
    """
    event_key = f"{source_id}:{alert.event_id}"
    values: dict[str, Any] = {
        "event_lock": EVENT_LOCK,
        "event_key": event_key,
        "trigger_lock": TRIGGER_LOCK,
        "trigger_key": event_key if alert.trigger_id is None else f"{source_id}:{alert.trigger_id}",
        "source": source_id,
        "event": alert.event_id,
        "trigger": alert.trigger_id,
        "open": ProblemState.OPEN.value,
        "since": since,
        "host_ids": [host.id for host in alert.hosts if host.id is not None],
        "host_names": [host.name for host in alert.hosts if host.name],
        "limit": SERVICES_LOOKED_AT,
    }
    found = Claim()
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        for what, pk in cursor.fetchall():
            _sort(found, what, pk)
    return found


def _sort(found: Claim, what: str, pk: int) -> None:
    if what == "known":
        found.problem_id = pk
    elif what == "before":
        found.predecessor_id = pk
    else:
        found.service_ids.add(pk)
