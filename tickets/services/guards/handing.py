"""Guards about who works on a ticket next, and when."""

from django.utils.translation import gettext as _

from accounts.enums import Role
from common import clock
from tickets.enums import CategoryKind, ChangeType, MajorState, Priority
from tickets.services.guards.case import Case


def unassigned(case: Case) -> str | None:
    if case.ticket.assignee_id is not None:
        return _("Somebody has taken this ticket already.")
    return None


def up(case: Case) -> str | None:
    return (
        None
        if case.data.get("reason") and case.data.get("done")
        else _("Say what has been done and checked.")
    )


def down(case: Case) -> str | None:
    return (
        None if case.data.get("reason") and case.data.get("next_step") else _("Name the concrete next step.")
    )


def searched(case: Case) -> str | None:
    if case.data.get("search_query") and case.data.get("search_outcome"):
        return None
    if case.ticket.knowledge_searches.exists():
        return None
    return _("Search the knowledge base first and note the outcome.")


def skip(case: Case) -> str | None:
    ticket = case.ticket
    if ticket.priority == Priority.P1 or ticket.major_state == MajorState.DECLARED:
        return None
    return _("Only critical tickets go straight to the experts. To do it anyway, record why.")


def not_p1(case: Case) -> str | None:
    if case.ticket.priority == Priority.P1 and not case.actor.has(Role.SHIFT_LEAD):
        return _("The ticket is critical: ask the shift lead.")
    return None


def vendor(case: Case) -> str | None:
    resume = case.data.get("resume_at")
    return None if resume and resume > clock.now() else _("Say until when you wait; the date lies ahead.")


def window(case: Case) -> str | None:
    category = case.ticket.category
    if category is None or category.kind not in (CategoryKind.CHANGE, CategoryKind.MAINTENANCE):
        return _("Only changes and maintenance can be scheduled.")
    return None if case.data["resume_at"] > clock.now() else _("The window must begin in the future.")


def authorised(case: Case) -> str | None:
    category, contact = case.ticket.category, case.ticket.contact
    if category is None or category.kind != CategoryKind.CHANGE or not category.needs_authorised:
        return None
    if contact and contact.is_authorised:
        return None
    return _("The contact may not order changes: ask an authorised contact of the customer.")


def change(case: Case) -> str | None:
    category = case.ticket.category
    if category is None or category.kind != CategoryKind.CHANGE:
        return None
    if category.change_type == ChangeType.NORMAL and not case.data.get("approval"):
        return _("This change needs an approval: write who gave it, and how.")
    return None
