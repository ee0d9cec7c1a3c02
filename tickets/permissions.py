"""Who may do what with a ticket that is in sight. Moves have their own predicates in `models/lifecycle.py`."""

from accounts.enums import Actor, Role
from accounts.models import Operator
from accounts.permissions import leads_shift
from tickets.enums import TERMINAL, State
from tickets.models import Bypass, Ticket


def can_reply(actor: Actor, ticket: Ticket) -> bool:
    """Operators, on a ticket that has not ended."""
    return actor.is_operator and ticket.state not in (*TERMINAL, State.SPAM)


def can_note(actor: Actor, ticket: Ticket) -> bool:
    """Operators, in any state."""
    return actor.is_operator


def can_write_as_customer(actor: Actor, ticket: Ticket) -> bool:
    """Contacts, on any ticket they see: an ended one reopens or gets a follow-up."""
    return actor.is_contact


def can_justify(actor: Actor, bypass: Bypass) -> bool:
    """Its author; a shift lead while the author is not on shift."""
    if not actor.is_operator:
        return False
    return actor.user_id == bypass.user_id or (leads_shift(actor) and _is_away(bypass))


def _is_away(bypass: Bypass) -> bool:
    operator: Operator | None = getattr(bypass.user, "operator", None)
    return operator is None or not operator.on_shift or not bypass.user.is_active


def can_judge(actor: Actor, bypass: Bypass) -> bool:
    """A shift lead who neither acted nor wrote the justification."""
    return leads_shift(actor) and actor.user_id not in (bypass.user_id, bypass.justified_by_id)


def can_judge_waiver(actor: Actor, ticket: Ticket) -> bool:
    """A shift lead, and nobody their own."""
    return leads_shift(actor) and actor.user_id != ticket.kb_owner_id


def can_call(actor: Actor) -> bool:
    """May say who answers a ticket that nobody answers: those who lead the shift."""
    return actor.has(Role.SHIFT_LEAD)
