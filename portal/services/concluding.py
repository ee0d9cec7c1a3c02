"""«The question is solved», said by the customer at any moment (T16)."""

from django.db import transaction

from accounts.enums import Actor
from tickets.enums import State
from tickets.models import Ticket
from tickets.services.moving import move


@transaction.atomic
def conclude(*, actor: Actor, ticket_id: int) -> Ticket:
    """Close the request on the customer's word; an open one passes through resolved on the way.

    Raises what `move` raises: `Missing`, `Conflict` when it has ended meanwhile, `NotAllowed`.
    """
    ticket = Ticket.objects.visible_to(actor).filter(pk=ticket_id).first()
    if ticket is not None and ticket.state != State.RESOLVED:
        move(actor=actor, ticket_id=ticket_id, transition="solved_by_customer")
    return move(actor=actor, ticket_id=ticket_id, transition="confirm")
