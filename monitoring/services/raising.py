"""A severity that grew raises the ticket, or is noted where that is impossible; one that fell never lowers it."""

from accounts.enums import Actor
from common.errors import DomainError
from monitoring.models import Problem
from monitoring.services import describing
from monitoring.services.classifying import CHECK, classify
from monitoring.services.noting import note
from tickets.enums import ReclassifyReason
from tickets.models import Ticket
from tickets.services.moving import move


def raise_priority(*, actor: Actor, problem: Problem) -> bool:
    """Bring an open ticket up to what the problem's worst severity asks for. A person's own category stays."""
    assert problem.ticket_id is not None
    wanted = classify(problem.worst_severity)
    ticket = Ticket.objects.select_related("category").get(pk=problem.ticket_id)
    if not ticket.is_open or ticket.priority <= wanted.priority:
        return False
    category = ticket.category.code if ticket.category and ticket.category.code != CHECK else wanted.category
    try:
        move(
            actor=actor, ticket_id=ticket.pk, transition="reclassify", reason=ReclassifyReason.IMPACT_GREW,
            category=category, impact=wanted.impact, urgency=wanted.urgency,
        )  # fmt: skip
    except DomainError as refusal:
        # A question is never critical: the person who called it one must look again, and the alert goes on.
        note(actor=actor, ticket_id=ticket.pk, text=describing.not_raised_note(problem, refusal.detail))
        return False
    return True
