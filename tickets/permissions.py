"""Who may do what with a ticket that is in sight. Moves have their own predicates in `models/lifecycle.py`."""

from accounts.enums import Actor
from tickets.enums import TERMINAL, State
from tickets.models import Ticket


def can_reply(actor: Actor, ticket: Ticket) -> bool:
    """Operators, on a ticket that has not ended."""
    return actor.is_operator and ticket.state not in (*TERMINAL, State.SPAM)


def can_note(actor: Actor, ticket: Ticket) -> bool:
    """Operators, in any state."""
    return actor.is_operator


def can_write_as_customer(actor: Actor, ticket: Ticket) -> bool:
    """Contacts, on any ticket they see: an ended one reopens or gets a follow-up."""
    return actor.is_contact
