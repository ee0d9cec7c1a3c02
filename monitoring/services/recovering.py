"""What a recovery means for the ticket."""

from accounts.enums import Actor, ActorKind
from monitoring import queries
from monitoring.enums import RecoveryPolicy
from monitoring.models import Problem
from monitoring.services import describing
from monitoring.services.noting import note
from tickets.enums import State
from tickets.models import Ticket, TicketEvent
from tickets.services.moving import move


def settle(*, actor: Actor, problem: Problem, policy: str) -> None:
    """Write the recovery on the ticket and, when it was the last open problem there, resolve it by the policy.

    The problem is already saved as resolved. Nobody's work is ever closed under their hands by the default policy.
    """
    assert problem.ticket_id is not None
    ticket = note(actor=actor, ticket_id=problem.ticket_id, text=describing.recovery_note(problem))
    if ticket.is_open and may_resolve(ticket, policy) and not queries.has_open_problems(ticket.pk):
        move(actor=actor, ticket_id=ticket.pk, transition="self_recovered")


def may_resolve(ticket: Ticket, policy: str) -> bool:
    """Whether monitoring may end this ticket by itself."""
    if policy == RecoveryPolicy.UNTOUCHED:
        return _is_untouched(ticket)
    return policy == RecoveryPolicy.RESOLVE


def _is_untouched(ticket: Ticket) -> bool:
    """No person has done anything with the ticket, ever."""
    if ticket.state == State.NEW:
        return True
    people = (ActorKind.OPERATOR, ActorKind.CONTACT)
    return not TicketEvent.objects.filter(ticket_id=ticket.pk, actor_kind__in=people).exists()
