"""Guards about solving, merging, cancelling and taking back."""

from django.utils.translation import gettext as _

from common import clock
from tickets.enums import MajorState, State
from tickets.models import Ticket
from tickets.services.guards.case import Case
from tickets.services.guards.periods import (
    UNDO_WINDOW,
    within_reopen_window,
)


def resolve(case: Case) -> str | None:
    ticket = case.ticket
    if ticket.category_id is None:
        return _("Choose a category before you resolve.")
    if ticket.major_state == MajorState.DECLARED:
        return _("End the major incident first.")
    return None


def knowledge(case: Case) -> str | None:
    data = case.data
    if data.get("article") or data.get("write_stub") or data.get("waive"):
        return None
    if case.ticket.article_links.exists():
        return None
    return _(
        "Link the instruction you used, write a draft from this ticket, or say why there is nothing to write."
    )


def reopen(case: Case) -> str | None:
    if within_reopen_window(case.ticket):
        return None
    return _("It was closed too long ago: a new ticket is opened instead.")


def merge(case: Case) -> str | None:
    ticket, target = case.ticket, case.data["target"]
    if target.pk == ticket.pk:
        return _("A ticket cannot be merged into itself.")
    if not target.is_open:
        return _("The other ticket is not open.")
    if ticket.customer_id != target.customer_id:
        return _("The tickets belong to different customers: link both to a major incident instead.")
    if _reader(ticket) != _reader(target) and not case.data.get("leak_checked"):
        return _("Different people wrote them: confirm that each may read the other's thread.")
    return None


def _reader(ticket: Ticket) -> int | str:
    """The person outside the desk who reads the thread: a contact, or whoever is known by an address alone."""
    return ticket.contact_id or ticket.reply_to.lower()


def undo(case: Case) -> str | None:
    ended = case.ticket.ended_at
    return (
        None
        if ended and clock.now() - ended <= UNDO_WINDOW
        else _("This can be undone within 24 hours only.")
    )


def before_work(case: Case) -> str | None:
    if case.actor.is_contact and case.ticket.state not in (State.NEW, State.TRIAGE, State.QUEUED):
        return _("We are working on it already: write to us instead.")
    needs_answer = not case.ticket.first_response_at and case.actor.is_operator and case.ticket.contact_id
    if needs_answer and not case.data.get("message"):
        return _("The customer has had no answer yet: tell them why it is cancelled.")
    return None
