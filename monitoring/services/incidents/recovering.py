"""The end of an incident: everything is well, stays well, and only then it is over. What comes back, comes back here."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from accounts.enums import Actor
from monitoring.correlation.rules import REOPENS, STABLE
from monitoring.enums import IncidentState, ProblemState, RecoveryPolicy
from monitoring.models import Incident
from monitoring.services.flapping import is_flapping
from monitoring.services.incidents import changes
from monitoring.services.incidents.failing import cause_stands, members, of_cause
from monitoring.services.noting import note
from monitoring.services.recovering import may_resolve
from monitoring.services.recurring import go_on
from tickets.models import Ticket
from tickets.services.moving import move


def step(*, incident: Incident, actor: Actor, at: datetime) -> bool:
    """Carry the incident on by one state if it is time. Needs its row lock."""
    ill = _is_ill(incident, at)
    if incident.state == IncidentState.OPEN and not ill:
        return _turn(incident, IncidentState.RECOVERED, changes.RECOVERED, at, recovered_at=at)
    if incident.state == IncidentState.RECOVERED and ill:
        return _turn(incident, IncidentState.OPEN, changes.RELAPSED, at, recovered_at=None)
    if incident.state == IncidentState.RECOVERED and _is_stable(incident, at):
        _turn(incident, IncidentState.RESOLVED, changes.RESOLVED, at, resolved_at=at)
        _end(incident, actor)
        return True
    if incident.state == IncidentState.RESOLVED and ill:
        return _reopen(incident, actor, at)
    return False


def _is_ill(incident: Incident, at: datetime) -> bool:
    """A member is open, or only quiet between two flaps."""
    mine = members(incident)
    if mine.filter(state=ProblemState.OPEN).exists():
        return True
    return is_flapping(mine.filter(recovered_at__gte=at - timedelta(hours=2)), at)


def _is_stable(incident: Incident, at: datetime) -> bool:
    return incident.recovered_at is not None and at >= incident.recovered_at + STABLE


def _turn(
    incident: Incident, state: IncidentState, kind: str, at: datetime, **times: datetime | None
) -> bool:
    incident.state = state
    for name, value in times.items():
        setattr(incident, name, value)
    incident.version += 1
    incident.save()
    changes.note(incident, kind, at=at)
    return True


def _end(incident: Incident, actor: Actor) -> None:
    """Resolve its ticket by the policy of the source that reported the cause, else only say that it is over."""
    text = _(
        "The incident is over: its cause and every problem of it have recovered and stayed so for %(minutes)d min."
    )
    ticket = note(
        actor=actor, ticket_id=incident.ticket_id, text=text % {"minutes": STABLE.total_seconds() // 60}
    )
    if ticket.is_open and may_resolve(ticket, _policy(incident)):
        move(actor=actor, ticket_id=ticket.pk, transition="self_recovered")


def _policy(incident: Incident) -> str:
    mine = members(incident).order_by("pk")
    first = mine.filter(of_cause(incident)).first() or mine.first()
    return first.source.recovery_policy if first else RecoveryPolicy.UNTOUCHED


def _reopen(incident: Incident, actor: Actor, at: datetime) -> bool:
    """The same thing again within minutes. If another incident of the cause lives by now, the members go there."""
    if incident.resolved_at is None or at >= incident.resolved_at + REOPENS:
        return False
    other = Incident.objects.live().filter(cause_key=incident.cause_key).first()
    if other is not None:
        members(incident).filter(state=ProblemState.OPEN).update(incident=other)
        return False
    _turn(incident, IncidentState.OPEN, changes.REOPENED, at, recovered_at=None, resolved_at=None)
    go_on(actor=actor, ticket=Ticket.objects.get(pk=incident.ticket_id))
    return True


def cause_back_since(incident: Incident) -> datetime | None:
    """When the cause recovered; None while it is down. A cause without an alarm is back when half of all are."""
    if cause_stands(incident):
        return None
    own = members(incident).filter(of_cause(incident))
    if own.filter(state=ProblemState.OPEN).exists():
        return None
    told: datetime | None = own.aggregate(last=Max("recovered_at"))["last"]
    if told is not None:
        return told
    back = list(
        members(incident)
        .filter(~Q(recovered_at=None))
        .order_by("recovered_at")
        .values_list("recovered_at", flat=True)
    )
    half = (members(incident).count() + 1) // 2
    return back[half - 1] if 0 < half <= len(back) else None
