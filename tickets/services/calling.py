"""The shift lead's word at 75 seconds: this ticket has no answer, and you answer it (§2.7 of the rules)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from accounts.models import User
from common import live
from common.db import lock_one
from common.errors import Conflict, Invalid, NotAllowed
from tickets.enums import OPEN, State
from tickets.models import Ticket
from tickets.permissions import can_call
from tickets.services.moving import move
from tickets.services.noting import add_note


@transaction.atomic
def call(*, actor: Actor, ticket_id: int, user_id: int | None = None) -> Ticket:
    """Give an unanswered ticket to a person who hears of it at once; without `user_id` the lead takes it.

    One that nobody has accepted becomes theirs (T02). One that somebody has and does not answer keeps its assignee,
    and the person called answers it: the note says who was asked. Raises `Missing`, `NotAllowed`, `Invalid` for
    somebody who is no active operator, `Conflict` when the ticket has been answered or has ended.
    """
    if not can_call(actor):
        raise NotAllowed(_("Only the shift lead assigns a ticket to somebody else."))
    ticket = lock_one(Ticket.objects.visible_to(actor), ticket_id)
    operators = User.objects.filter(is_active=True, operator__isnull=False)
    wanted = user_id or actor.user_id
    person = operators.filter(pk=wanted).first() if wanted else None
    if person is None:
        raise Invalid(_("This is no operator of the desk."), field="assignee")
    if ticket.first_response_at or ticket.is_outbound or ticket.state not in OPEN:
        raise Conflict(_("The ticket has been answered meanwhile."), state=ticket.state)
    if ticket.state == State.NEW:
        return move(actor=actor, ticket_id=ticket.pk, transition="accept", assignee=person)
    add_note(
        actor=actor,
        ticket_id=ticket.pk,
        text=_("No answer yet: %(who)s was asked to give the first answer.") % {"who": person.name},
    )
    if person.pk != actor.user_id:
        live.publish(f"operator:{person.pk}", "called", id=ticket.pk, number=ticket.number)
    return ticket
