"""A severity that grew raises the ticket; one that fell never lowers it."""

from accounts.enums import Actor
from monitoring.models import Problem
from monitoring.services.classifying import CHECK, classify
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
    move(
        actor=actor, ticket_id=ticket.pk, transition="reclassify", reason=ReclassifyReason.IMPACT_GREW,
        category=category, impact=wanted.impact, urgency=wanted.urgency,
    )  # fmt: skip
    return True
