"""T09 at the end of a shift: what somebody had in work goes back to the queue of its line (invariant I7)."""

import logging

from django.db.models import Q

from accounts.enums import Actor
from accounts.models import Operator
from common.errors import DomainError
from tickets.enums import ReassignReason, State
from tickets.models import Ticket
from tickets.services.moving import move

logger = logging.getLogger(__name__)


def relieve(*, limit: int = 200) -> int:
    """Requeue what is in work with people who are not on shift; returns how many tickets.

    An idempotent sweep. A ticket that somebody changes at the same moment is left to the next one.
    """
    away = Operator.objects.filter(Q(on_shift=False) | Q(user__is_active=False))
    # By the people who are gone, not by the state: that is what the index of «mine» serves.
    gone = list(away.values_list("user_id", flat=True))
    left = Ticket.objects.filter(assignee__in=gone, state=State.IN_PROGRESS).order_by("pk")
    return sum(_requeue(pk, version) for pk, version in left.values_list("pk", "version")[:limit])


def _requeue(ticket_id: int, version: int) -> bool:
    try:
        move(
            actor=Actor.system(), ticket_id=ticket_id, transition="reassign",
            reason=ReassignReason.SHIFT_CHANGE, expected_version=version,
        )  # fmt: skip
    except DomainError as error:
        logger.info("ticket %d stays where it is for now: %s", ticket_id, error.detail)
        return False
    return True
