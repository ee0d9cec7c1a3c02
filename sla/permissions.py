"""Who may do what about broken promises."""

from __future__ import annotations

from accounts.enums import Actor, Role
from accounts.permissions import leads_shift
from common.errors import NotAllowed
from sla.models import Breach, CorrectiveAction


def can_review(actor: Actor, breach: Breach) -> bool:
    """Leaders, except whoever had the ticket when the promise broke."""
    return leads_shift(actor) and actor.user_id is not None and actor.user_id != breach.assignee_id


def can_excuse(actor: Actor) -> bool:
    return actor.has(Role.SERVICE_MANAGER)


def can_close_month(actor: Actor) -> bool:
    return actor.has(Role.SERVICE_MANAGER)


def can_decide(actor: Actor) -> bool:
    """Whether a cause that keeps coming back becomes a problem record."""
    return leads_shift(actor) and actor.user_id is not None


def can_see(actor: Actor, action: CorrectiveAction) -> bool:
    """Its owner, and whoever leads."""
    return actor.is_operator and (action.owner_id == actor.user_id or leads_shift(actor))


def person(actor: Actor) -> int:
    """The user who answers for a decision. Machines and the system decide nothing here."""
    if actor.user_id is None:
        raise NotAllowed
    return actor.user_id
