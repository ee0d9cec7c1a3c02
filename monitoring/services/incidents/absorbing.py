"""Tickets that were opened before their cause showed: those nobody touched go, the others hang on the incident's."""

from __future__ import annotations

from accounts.enums import Actor
from common.errors import Conflict
from monitoring.enums import ProblemState
from monitoring.models import Incident, Problem
from tickets.enums import Channel, State
from tickets.models import Ticket
from tickets.services.linking import link
from tickets.services.moving import move


def absorb(*, incident: Incident, actor: Actor) -> int:
    """Deal with the tickets of members; how many. Needs the incident's row lock."""
    mine = Problem.objects.filter(incident=incident, ticket__isnull=False, excluded_at__isnull=True)
    keys = mine.filter(ticket__parent__isnull=True).exclude(ticket=incident.ticket_id).values("ticket")
    tickets = [one for one in Ticket.objects.filter(pk__in=keys).order_by("pk") if one.is_open]
    for ticket in tickets:
        _deal_with(ticket, incident, actor)
    return len(tickets)


def absorb_merged(*, incident: Incident, into: Incident, actor: Actor) -> None:
    """The ticket of an incident that was joined with another."""
    if incident.ticket.parent_id is None and incident.ticket.is_open:
        _deal_with(incident.ticket, into, actor)


def _deal_with(ticket: Ticket, incident: Incident, actor: Actor) -> None:
    if _is_only_an_alarm(ticket, incident):
        try:
            move(actor=actor, ticket_id=ticket.pk, transition="absorb", parent=incident.ticket)
        except Conflict:
            pass  # somebody accepted it a moment ago
        else:
            # From now on the incident's ticket is theirs.
            Problem.objects.filter(ticket=ticket, incident=incident).update(ticket=None)
            return
    link(ticket=ticket, parent=incident.ticket, actor=actor)


def _is_only_an_alarm(ticket: Ticket, incident: Incident) -> bool:
    if ticket.state != State.NEW or ticket.channel != Channel.MONITORING:
        return False
    others = Problem.objects.filter(ticket=ticket, state=ProblemState.OPEN).exclude(incident=incident)
    return not others.exists()
