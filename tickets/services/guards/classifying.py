"""Guards about what a ticket is and how urgent."""

from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.queries import contract_of
from common import clock
from tickets.enums import CategoryKind, MajorState, ReclassifyReason
from tickets.services.guards.case import Case
from tickets.services.guards.periods import (
    LATE_SHARE,
)


def classified(case: Case) -> str | None:
    data, ticket = case.data, case.ticket
    if not (data.get("category") or ticket.category_id):
        return _("Choose a category.")
    if not (
        data.get("service")
        or ticket.service_id
        or data.get("service_unknown")
        or case.move.name != "classify"
    ):
        return _("Name the service, or say why it is not known.")
    return None


def lowering(case: Case) -> str | None:
    """Less than a fifth of the target left: a lower priority would only hide the miss."""
    ticket, new = case.ticket, case.data.get("priority")
    if not new or new <= ticket.priority or case.actor.has(Role.SHIFT_LEAD) or ticket.next_due_at is None:
        return None
    now = clock.now()
    left, whole = (ticket.next_due_at - now), (ticket.next_due_at - ticket.received_at)
    return (
        _("The deadline is near: only the shift lead may lower the priority.")
        if left < whole * LATE_SHARE
        else None
    )


def reason(case: Case) -> str | None:
    given = case.data.get("reason") or case.data.get("why") or case.data.get("message")
    if case.move.name == "reclassify" and case.data.get("reason") == ReclassifyReason.SCOPE_CHANGED:
        return _("A changed scope is a new request: open a new ticket for it.")
    return None if given else _("Give a reason.")


def stranger(case: Case) -> str | None:
    if contract_of(case.ticket.customer_id) and not case.actor.has(Role.SHIFT_LEAD):
        return _("The sender has an active contract: only the shift lead may call it spam.")
    return None


def parent(case: Case) -> str | None:
    parent = case.data["parent"]
    if parent.pk == case.ticket.pk or parent.major_state != MajorState.DECLARED:
        return _("The other ticket is not a declared major incident.")
    return None


def major(case: Case) -> str | None:
    category = case.ticket.category
    if category is None or category.kind != CategoryKind.EMERGENCY:
        return _("Only an emergency can be a major incident.")
    wanted, manager = case.data["major_state"], case.actor.has(Role.MAJOR, Role.SHIFT_LEAD)
    if wanted in (MajorState.DECLARED, MajorState.REJECTED, MajorState.ENDED) and not manager:
        return _("This is for the major-incident manager or the shift lead.")
    if wanted == MajorState.ENDED and not case.data.get("message"):
        return _("Tell the customers that it is over in the same step.")
    return None
