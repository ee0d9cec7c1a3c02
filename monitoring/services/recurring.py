"""The same trigger fires again while its last ticket is open or freshly resolved: the ticket goes on."""

from accounts.enums import Actor
from monitoring.models import Problem
from monitoring.services import describing
from monitoring.services.noting import note
from tickets.enums import ReopenReason, State
from tickets.models import Ticket
from tickets.services.moving import move


def carry_on(*, actor: Actor, problem: Problem, predecessor: Problem) -> bool:
    """Put the problem on its predecessor's ticket and reopen that if it is resolved.

    False when that ticket is past going on (closed, cancelled, spam): a new one is due then.
    """
    ticket = go_on(actor=actor, ticket=predecessor.ticket)
    if ticket is None:
        return False
    problem.ticket = ticket
    problem.flaps = predecessor.flaps + 1
    note(actor=actor, ticket_id=ticket.pk, text=describing.joined_note(problem))
    return True


def go_on(*, actor: Actor, ticket: Ticket | None) -> Ticket | None:
    """The ticket to go on with, open again if it was resolved; None when it is past that."""
    ticket = _survivor(ticket)
    if ticket is None or not (ticket.is_open or ticket.state == State.RESOLVED):
        return None
    if ticket.state == State.RESOLVED:
        move(actor=actor, ticket_id=ticket.pk, transition="recurred", reason=ReopenReason.RECURRED)
    return ticket


def _survivor(ticket: Ticket | None) -> Ticket | None:
    """The ticket that a merged one went into, however often; loops cannot exist, a target must be open."""
    while ticket is not None and ticket.merged_into is not None:
        ticket = ticket.merged_into
    return ticket
