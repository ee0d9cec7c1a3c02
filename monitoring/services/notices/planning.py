"""Which notices are due: nobody is told twice, nobody of a blip, and nobody on the word of a doubted registry.

DOWN is told by itself once it has lasted the time of confirmation; what is not down, by the policy of the
installation (`services/notices/policies.py`). A change is told to those who were told, when it is for the worse; the
end too. Whom nobody can write to is left for a person, and told as soon as an address is known.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.queries import reachable
from monitoring.enums import HIT_RANK, HitState, IncidentState, NoticePhase
from monitoring.models import ClientNotice, Incident, IncidentClient
from monitoring.services.notices.policies import told_by_itself
from monitoring.services.notices.queueing import queue

# What is written in one tick: two thousand clients are told within half a minute, and no tick takes long.
BATCH = 150
# A promised time that moves by less is no news.
DEADLINE_MOVED = timedelta(minutes=10)


def confirmation() -> timedelta:
    return timedelta(seconds=settings.NOTICE_CONFIRM_SECONDS)


def plan(*, incident: Incident, now: datetime) -> int:
    """Queue what is due, at most `BATCH` clients of each phase; how many notices. Needs the incident's row lock."""
    if incident.state == IncidentState.MERGED:
        return 0
    due: dict[str, Callable[[Incident, datetime], list[IncidentClient]]] = {
        NoticePhase.STARTED: _started,
        NoticePhase.CHANGED: _changed,
        NoticePhase.RESTORED: _restored,
        NoticePhase.REPORT: _reported,
    }
    return sum(
        queue(incident=incident, clients=find(incident, now), phase=phase, at=now)
        for phase, find in due.items()
    )


def _clients(incident: Incident) -> QuerySet[IncidentClient]:
    return incident.clients.filter(reachable()).order_by("pk")


def _started(incident: Incident, now: datetime) -> list[IncidentClient]:
    since = now - confirmation()
    certain = Q(state=HitState.DOWN, down_since__lte=since) | Q(since__lte=since) & ~Q(state=HitState.DOWN)
    due = _clients(incident).filter(certain, state__in=told_by_itself(), told_at__isnull=True, held="")
    return list(due[:BATCH])


def _changed(incident: Incident, now: datetime) -> list[IncidentClient]:
    """Worse than what they were told, and certain of it; or a promised time that moved."""
    told = _clients(incident).filter(told_at__isnull=False, held="").exclude(state=HitState.OK)
    since = now - confirmation()
    worse = [row for row in told if is_worse(row) and (row.down_since or row.since) <= since]
    return (worse + _moved(incident))[:BATCH]


def is_worse(row: IncidentClient) -> bool:
    """Who was told that all is well again is where others begin; «unknown» is for the desk to find out first."""
    if row.state == HitState.UNKNOWN or HIT_RANK[row.state] >= HIT_RANK.get(row.told_state, len(HIT_RANK)):
        return False
    return row.told_state != HitState.OK or row.state in told_by_itself()


def _moved(incident: Incident) -> list[IncidentClient]:
    waiting = _clients(incident).filter(
        told_at__isnull=False,
        state=HitState.AT_RISK,
        told_state=HitState.AT_RISK,
        told_deadline_at__isnull=False,
    )
    rows = {row.customer_id: row for row in waiting}
    if not rows:
        return []
    ends: dict[int, datetime] = {}
    running = incident.services.filter(customer__in=rows, deadline_at__isnull=False)
    for customer, at in running.values_list("customer_id", "deadline_at"):
        if at is not None:
            ends[customer] = min(at, ends.get(customer, at))
    return [
        row for key, row in rows.items()
        if key in ends and row.told_deadline_at and abs(ends[key] - row.told_deadline_at) > DEADLINE_MOVED
    ]  # fmt: skip


def _restored(incident: Incident, now: datetime) -> list[IncidentClient]:
    """Well again, and stayed so for the time of confirmation."""
    well = _clients(incident).filter(
        state=HitState.OK, told_at__isnull=False, restored_at__lte=now - confirmation()
    )
    return list(well.exclude(told_state=HitState.OK)[:BATCH])


def _reported(incident: Incident, now: datetime) -> list[IncidentClient]:
    if not incident.report_pending:
        return []
    had = ClientNotice.objects.filter(
        incident=incident, customer=OuterRef("customer"), phase=NoticePhase.REPORT
    )
    due = list(_clients(incident).filter(~Exists(had), told_at__isnull=False)[:BATCH])
    if not due:
        Incident.objects.filter(pk=incident.pk).update(report_pending=False)
        incident.report_pending = False
    return due
