"""Waivers: the solver said that there is nothing to write; a shift lead agrees or asks for the article (§1.8)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.db import lock_one
from common.errors import Conflict, NotAllowed
from tickets.enums import KbState, State
from tickets.models import Ticket
from tickets.permissions import can_judge_waiver
from tickets.services.settling import settle


@transaction.atomic
def approve(*, actor: Actor, ticket_id: int) -> Ticket:
    """The waiver stands. Raises `NotAllowed` for one's own, `Conflict` when it waits no more."""
    ticket = _waiting(actor, ticket_id)
    settle(ticket=ticket, actor=actor, kb_state=KbState.WAIVED)
    return ticket


@transaction.atomic
def ask_for_article(*, actor: Actor, ticket_id: int) -> Ticket:
    """The solver owes an article after all, from now on. Raises as `approve`."""
    ticket = _waiting(actor, ticket_id)
    settle(ticket=ticket, actor=actor, kb_state=KbState.OWED, at=clock.now())
    return ticket


def _waiting(actor: Actor, ticket_id: int) -> Ticket:
    ticket = lock_one(Ticket.objects.visible_to(actor).select_related("category"), ticket_id)
    if not can_judge_waiver(actor, ticket):
        raise NotAllowed(_("A shift lead judges a waiver, and nobody their own."))
    ended = ticket.state in (State.RESOLVED, State.CLOSED)
    if not ended or ticket.kb_state != KbState.WAIVED or ticket.kb_since is None:
        raise Conflict(_("This waiver waits for nobody any more."))
    return ticket
