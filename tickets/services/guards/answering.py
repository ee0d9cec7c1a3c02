"""Guards about the customer's answers and ours."""

from django.utils.translation import gettext as _

from accounts.enums import Role
from common import clock
from tickets.services.guards.case import Case
from tickets.services.guards.periods import closes_at


def first_response(case: Case) -> str | None:
    ticket = case.ticket
    if ticket.first_response_at or ticket.is_outbound or case.data.get("message"):
        return None
    return _("The customer has had no human answer yet: write the first answer first.")


def question(case: Case) -> str | None:
    if not case.data.get("message"):
        return _("Ask the customer a question in the same step.")
    resume = case.data.get("resume_at")
    return None if resume and resume > clock.now() else _("Say until when you wait; the date lies ahead.")


def human(case: Case) -> str | None:
    if case.actor.has(Role.MONITORING):
        return _("A machine's message does not move a ticket.")
    return None


def silent(case: Case) -> str | None:
    return None if closes_at(case.ticket) <= clock.now() else _("The customer may still answer.")


def reminded(case: Case) -> str | None:
    return None if case.ticket.reminders_sent >= 2 else _("The customer has not been reminded twice.")
