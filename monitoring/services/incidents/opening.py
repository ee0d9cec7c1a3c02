"""Opening an incident: one row, one ticket, its members, and who is hit, all in the transaction of the alert."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import Actor
from messaging.services.doorbell import after_commit
from monitoring.correlation.rules import RECURS
from monitoring.enums import IncidentState, Severity
from monitoring.models import Incident
from monitoring.services.classifying import classify
from monitoring.services.incidents import changes, joining, merging
from monitoring.services.incidents.causes import Cause, closure
from monitoring.services.incidents.judging import judge
from tickets.enums import Channel
from tickets.models import Ticket
from tickets.services.creating import create_ticket

TICK = "monitoring.tick_incidents"


def open_or_grow(
    *,
    actor: Actor,
    cause: Cause,
    started_at: datetime,
    received_at: datetime,
    at: datetime,
    alarm: str,
    evidence: Iterable[dict[str, Any]] = (),
) -> Incident:
    """The live incident of the cause: there already, grown out of one further down, or new. Needs the correlation lock.

    `alarm` is what was seen, in words. `evidence` speaks for a cause that has no alarm of its own.
    """
    known = Incident.objects.live().filter(cause_key=cause.key).first()
    if known is not None:
        return known
    downstream = _downstream(cause)
    if downstream:
        return merging.grow(cause=cause, incidents=downstream, at=at, evidence=list(evidence))
    return _open(actor, cause, started_at, received_at, at, alarm, list(evidence))


def complete(incident: Incident, at: datetime) -> None:
    """Judge, take in what stood alone, judge again if that says more; the tick goes on from there."""
    judge(incident=incident, at=at)
    if joining.adopt(incident=incident, at=at):
        judge(incident=incident, at=at)
    after_commit(TICK, queue="interactive")


def _downstream(cause: Cause) -> list[Incident]:
    """Live incidents whose cause would be down, or on its way there, because of this one; the oldest first."""
    live = list(Incident.objects.live().select_related("ticket").order_by("pk"))
    if not live or cause.kind == "site":
        return [one for one in live if one.site_id == cause.pk and one.is_inferred]
    broken = closure(cause).takes_down()
    return [one for one in live if one.equipment_id in broken]


def _open(
    actor: Actor, cause: Cause, started_at: datetime, received_at: datetime, at: datetime, alarm: str,
    evidence: list[dict[str, Any]],
) -> Incident:  # fmt: skip
    before = (
        Incident.objects.filter(
            cause_key=cause.key, state=IncidentState.RESOLVED, resolved_at__gte=at - RECURS
        )
        .order_by("-resolved_at")
        .first()
    )
    incident = Incident.objects.create(
        ticket=_ticket(actor, cause, received_at, alarm, bool(evidence), before),
        is_inferred=bool(evidence),
        evidence=evidence,
        started_at=started_at,
        opened_at=at,
        recurrence_of=before,
        **cause.columns,
    )
    changes.note(incident, changes.OPENED, at=at, alarm=alarm, inferred=incident.is_inferred)
    return incident


def _ticket(
    actor: Actor, cause: Cause, received_at: datetime, alarm: str, is_inferred: bool, before: Incident | None
) -> Ticket:
    chosen = classify(Severity.DISASTER)
    pattern = _("Incident: probably %(cause)s") if is_inferred else _("Incident: %(cause)s")
    return create_ticket(
        actor=actor,
        subject=pattern % {"cause": cause.label},
        body=_("%(alarm)s\n\nWhom it hits, and what they have been told, is on the page of the incident.")
        % {"alarm": alarm},
        channel=Channel.MONITORING,
        category=chosen.category,
        impact=chosen.impact,
        urgency=chosen.urgency,
        priority=chosen.priority,
        received_at=received_at,
        follow_up_of=before.ticket if before else None,
        details={"incident": cause.key},
    )
