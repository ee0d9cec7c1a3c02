"""Writing what monitoring says on a ticket, where only the desk reads it."""

from accounts.enums import Actor
from tickets.models import Ticket
from tickets.services import noting

TEXT_MAX = 20_000


def note(*, actor: Actor, ticket_id: int, text: str) -> Ticket:
    """An internal note by the source; the ticket as it is under the lock this took.

    Comments in monitoring grow without bound: the note is cut, the ledger is not.
    """
    return noting.add_note(actor=actor, ticket_id=ticket_id, text=text[:TEXT_MAX]).ticket
