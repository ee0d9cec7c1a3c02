"""The guards of the life cycle, each with a sentence that says what is missing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import Actor, Role
from accounts.queries import contract_of
from common import clock
from common.errors import GuardRefused
from tickets.enums import (
    CategoryKind,
    ChangeType,
    Guard,
    MajorState,
    MessageKind,
    Priority,
    ReclassifyReason,
    State,
)
from tickets.models import Message, Ticket
from tickets.models.lifecycle import Move

AUTO_CLOSE = {
    CategoryKind.INFORMATION: timedelta(hours=48),
    CategoryKind.EMERGENCY: timedelta(hours=120),
}
AUTO_CLOSE_DEFAULT = timedelta(hours=72)
REOPEN_WINDOW = {CategoryKind.EMERGENCY: timedelta(days=14)}
REOPEN_WINDOW_DEFAULT = timedelta(days=7)
UNDO_WINDOW = timedelta(hours=24)
LATE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Case:
    """What a guard looks at."""

    ticket: Ticket
    actor: Actor
    move: Move
    data: dict[str, Any]


Check = Callable[[Case], str | None]


def refusals(case: Case) -> list[GuardRefused]:
    """Every guard of the move that says no, in the order of the table."""
    return [GuardRefused(guard, text) for guard in case.move.guards if (text := CHECKS[guard](case))]


def _unassigned(case: Case) -> str | None:
    if case.ticket.assignee_id is not None:
        return _("Somebody has taken this ticket already.")
    return None


def _first_response(case: Case) -> str | None:
    ticket = case.ticket
    if ticket.first_response_at or ticket.is_outbound or case.data.get("message"):
        return None
    return _("The customer has had no human answer yet: write the first answer first.")


def _classified(case: Case) -> str | None:
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


def _up(case: Case) -> str | None:
    return (
        None
        if case.data.get("reason") and case.data.get("done")
        else _("Say what has been done and checked.")
    )


def _down(case: Case) -> str | None:
    return (
        None if case.data.get("reason") and case.data.get("next_step") else _("Name the concrete next step.")
    )


def _searched(case: Case) -> str | None:
    if case.data.get("search_query") and case.data.get("search_outcome"):
        return None
    if case.ticket.knowledge_searches.exists():
        return None
    return _("Search the knowledge base first and note the outcome.")


def _skip(case: Case) -> str | None:
    ticket = case.ticket
    if ticket.priority == Priority.P1 or ticket.major_state == MajorState.DECLARED:
        return None
    return _("Only critical tickets go straight to the experts. To do it anyway, record why.")


def _not_p1(case: Case) -> str | None:
    if case.ticket.priority == Priority.P1 and not case.actor.has(Role.SHIFT_LEAD):
        return _("The ticket is critical: ask the shift lead.")
    return None


def _question(case: Case) -> str | None:
    if not case.data.get("message"):
        return _("Ask the customer a question in the same step.")
    resume = case.data.get("resume_at")
    return None if resume and resume > clock.now() else _("Say until when you wait; the date lies ahead.")


def _human(case: Case) -> str | None:
    if case.actor.has(Role.MONITORING):
        return _("A machine's message does not move a ticket.")
    return None


def _vendor(case: Case) -> str | None:
    resume = case.data.get("resume_at")
    return None if resume and resume > clock.now() else _("Say until when you wait; the date lies ahead.")


def _window(case: Case) -> str | None:
    category = case.ticket.category
    if category is None or category.kind not in (CategoryKind.CHANGE, CategoryKind.MAINTENANCE):
        return _("Only changes and maintenance can be scheduled.")
    return None if case.data["resume_at"] > clock.now() else _("The window must begin in the future.")


def _change(case: Case) -> str | None:
    category = case.ticket.category
    if category is None or category.kind != CategoryKind.CHANGE:
        return None
    contact = case.ticket.contact
    if category.needs_authorised and not (contact and contact.is_authorised):
        return _("The contact may not order changes: ask an authorised contact of the customer.")
    if category.change_type == ChangeType.NORMAL and not case.data.get("approval"):
        return _("This change needs an approval: write who gave it, and how.")
    return None


def _resolve(case: Case) -> str | None:
    ticket = case.ticket
    if ticket.category_id is None:
        return _("Choose a category before you resolve.")
    if ticket.major_state == MajorState.DECLARED:
        return _("End the major incident first.")
    return None


def _knowledge(case: Case) -> str | None:
    data = case.data
    if data.get("article") or data.get("write_stub") or data.get("waive"):
        return None
    if case.ticket.article_links.exists():
        return None
    return _(
        "Link the instruction you used, write a draft from this ticket, or say why there is nothing to write."
    )


def last_customer_message(ticket: Ticket) -> Message | None:
    """The newest message a person of the customer wrote."""
    said = ticket.messages.filter(kind=MessageKind.CUSTOMER, is_human=True)
    return said.order_by("-occurred_at", "-pk").first()


def auto_close_after(ticket: Ticket) -> timedelta:
    """How long a customer may keep silent before a resolved ticket closes (T17)."""
    kind = ticket.category.kind if ticket.category else ""
    return AUTO_CLOSE.get(CategoryKind(kind), AUTO_CLOSE_DEFAULT) if kind else AUTO_CLOSE_DEFAULT


def _silent(case: Case) -> str | None:
    ticket = case.ticket
    last = last_customer_message(ticket)
    since = max(filter(None, (ticket.resolved_at, last and last.occurred_at)))
    return None if clock.now() - since >= auto_close_after(ticket) else _("The customer may still answer.")


def _reminded(case: Case) -> str | None:
    return None if case.ticket.reminders_sent >= 2 else _("The customer has not been reminded twice.")


def _reopen(case: Case) -> str | None:
    if within_reopen_window(case.ticket):
        return None
    return _("It was closed too long ago: a new ticket is opened instead.")


def within_reopen_window(ticket: Ticket) -> bool:
    """Closed no longer than 7 days ago, emergencies 14 (T19)."""
    kind = ticket.category.kind if ticket.category else ""
    window = REOPEN_WINDOW.get(CategoryKind(kind), REOPEN_WINDOW_DEFAULT) if kind else REOPEN_WINDOW_DEFAULT
    return bool(ticket.closed_at and clock.now() - ticket.closed_at <= window)


def _merge(case: Case) -> str | None:
    ticket, target = case.ticket, case.data["target"]
    if target.pk == ticket.pk:
        return _("A ticket cannot be merged into itself.")
    if not target.is_open:
        return _("The other ticket is not open.")
    if ticket.customer_id != target.customer_id:
        return _("The tickets belong to different customers: link both to a major incident instead.")
    if ticket.contact_id != target.contact_id and not case.data.get("leak_checked"):
        return _("Different people wrote them: confirm that each may read the other's thread.")
    return None


def _undo(case: Case) -> str | None:
    ended = case.ticket.ended_at
    return (
        None
        if ended and clock.now() - ended <= UNDO_WINDOW
        else _("This can be undone within 24 hours only.")
    )


def _before_work(case: Case) -> str | None:
    if case.actor.is_contact and case.ticket.state not in (State.NEW, State.TRIAGE, State.QUEUED):
        return _("We are working on it already: write to us instead.")
    needs_answer = not case.ticket.first_response_at and case.actor.is_operator and case.ticket.contact_id
    if needs_answer and not case.data.get("message"):
        return _("The customer has had no answer yet: tell them why it is cancelled.")
    return None


def _stranger(case: Case) -> str | None:
    if contract_of(case.ticket.customer_id) and not case.actor.has(Role.SHIFT_LEAD):
        return _("The sender has an active contract: only the shift lead may call it spam.")
    return None


def _lowering(case: Case) -> str | None:
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


def _reason(case: Case) -> str | None:
    given = case.data.get("reason") or case.data.get("why") or case.data.get("message")
    if case.move.name == "reclassify" and case.data.get("reason") == ReclassifyReason.SCOPE_CHANGED:
        return _("A changed scope is a new request: open a new ticket for it.")
    return None if given else _("Give a reason.")


def _parent(case: Case) -> str | None:
    parent = case.data["parent"]
    if parent.pk == case.ticket.pk or parent.major_state != MajorState.DECLARED:
        return _("The other ticket is not a declared major incident.")
    return None


def _major(case: Case) -> str | None:
    category = case.ticket.category
    if category is None or category.kind != CategoryKind.EMERGENCY:
        return _("Only an emergency can be a major incident.")
    wanted, manager = case.data["major_state"], case.actor.has(Role.MAJOR, Role.SHIFT_LEAD)
    if wanted in (MajorState.DECLARED, MajorState.REJECTED, MajorState.ENDED) and not manager:
        return _("This is for the major-incident manager or the shift lead.")
    if wanted == MajorState.ENDED and not case.data.get("message"):
        return _("Tell the customers that it is over in the same step.")
    return None


CHECKS: dict[Guard, Check] = {
    Guard.UNASSIGNED: _unassigned,
    Guard.FR: _first_response,
    Guard.CLASS: _classified,
    Guard.UP: _up,
    Guard.DOWN: _down,
    Guard.KBSEARCH: _searched,
    Guard.SKIP: _skip,
    Guard.NOT_P1: _not_p1,
    Guard.QUESTION: _question,
    Guard.HUMAN: _human,
    Guard.VENDOR: _vendor,
    Guard.CHANGE: _change,
    Guard.WINDOW: _window,
    Guard.RESOLVE: _resolve,
    Guard.KB: _knowledge,
    Guard.SILENT: _silent,
    Guard.REMINDED: _reminded,
    Guard.REOPEN: _reopen,
    Guard.MERGE: _merge,
    Guard.UNMERGE: _undo,
    Guard.BEFORE_WORK: _before_work,
    Guard.STRANGER: _stranger,
    Guard.LOWERING: _lowering,
    Guard.REASON: _reason,
    Guard.OPEN_PARENT: _parent,
    Guard.MAJOR: _major,
}
