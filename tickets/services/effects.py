"""What each move does to the row: the state it ends in, the fields it sets, what the event says.

Nothing here writes; `services/moving.py` gives the outcome to django_fsm and saves it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import Actor, Role
from accounts.models import Operator
from common.errors import Invalid
from tickets.enums import OWING, PENDING, KbState, ResolutionCode, SearchOutcome, State
from tickets.models import Ticket, TicketEvent
from tickets.models.lifecycle import Move, Outcome
from tickets.services.contracting import terms_of
from tickets.services.guards.periods import auto_close_after
from tickets.services.owing import owing
from tickets.services.prioritising import priority_of

Effect = Callable[[Ticket, Actor, dict[str, Any], datetime], Outcome]
FIRST_REMINDER = timedelta(hours=24)
NO_DUE: dict[str, Any] = {"next_due_at": None, "next_due_kind": "", "wake_at": None}


def outcome_of(move: Move, ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    """The outcome of a move; one with a single target and no effect of its own just goes there."""
    effect = EFFECTS.get(move.name)
    outcome = effect(ticket, actor, data, now) if effect else Outcome()
    if outcome.target is None and len(move.targets) == 1:
        outcome.target = move.targets[0]
    if data.get("reason"):
        outcome.payload.setdefault("reason", str(data["reason"].value))
    return outcome


def _taken(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    """By the actor; the shift lead may name somebody else when nobody takes it (75 s, §2.7 of the rules)."""
    chosen = data.get("assignee")
    if chosen is None or chosen.pk == actor.user_id:
        return Outcome(sets={"assignee_id": actor.user_id})
    if not actor.has(Role.SHIFT_LEAD):
        raise Invalid(_("Only the shift lead assigns a ticket to somebody else."), field="assignee")
    return Outcome(sets={"assignee": chosen}, payload={"for": chosen.name})


def _back_to_work(ticket: Ticket) -> Outcome:
    """To the assignee if on shift, else to the line's queue (invariant I7)."""
    here = Operator.objects.filter(on_shift=True, user__is_active=True)
    on_shift = ticket.assignee_id is not None and here.filter(user_id=ticket.assignee_id).exists()
    sets: dict[str, Any] = {"resume_at": None, "wake_at": None, "reminders_sent": 0}
    if on_shift:
        return Outcome(State.IN_PROGRESS, sets)
    return Outcome(State.QUEUED, {**sets, "assignee_id": None})


def _classification(ticket: Ticket, data: dict[str, Any]) -> dict[str, Any]:
    category, customer = data["category"], data.get("customer") or ticket.customer
    service = data.get("service") or ticket.service
    if customer and ticket.contact and ticket.contact.customer_id != customer.pk:
        raise Invalid(_("The contact of this ticket belongs to another customer."), field="customer")
    if service and service.customer_id and (customer is None or service.customer_id != customer.pk):
        raise Invalid(_("This service belongs to another customer."), field="service")
    return {
        "category": category,
        "customer": customer,
        "service": service,
        "impact": int(data["impact"]),
        "urgency": int(data["urgency"]),
        "priority": priority_of(kind=category.kind, impact=data["impact"], urgency=data["urgency"]),
    }


def _new_terms(ticket: Ticket, sets: dict[str, Any]) -> dict[str, Any]:
    """The contract of a customer named only now: the clocks are worked out again by it (§2.6 of the rules)."""
    customer = sets["customer"]
    return terms_of(customer.pk) if customer and customer.pk != ticket.customer_id else {}


def _classify(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    sets = _classification(ticket, data)
    line = int(data["line"] or sets["category"].default_line)
    payload = {
        "mode": "retro",
        "service_unknown": data.get("service_unknown") or "",
        **_new_terms(ticket, sets),
    }
    if line == 1:
        return Outcome(
            State.IN_PROGRESS, {**sets, "assignee_id": ticket.assignee_id or actor.user_id}, payload
        )
    return Outcome(State.QUEUED, {**sets, "line": line, "assignee_id": None}, payload)


def _handed(line_change: Callable[[int], int]) -> Effect:
    def effect(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
        sets: dict[str, Any] = {"line": line_change(ticket.line), "assignee_id": None}
        if data.get("specialty"):
            sets["specialty"] = data["specialty"]
        if sets["line"] == 3 and ticket.kb_state == KbState.NONE and _no_instruction(ticket, data):
            sets["kb_state"] = KbState.OWED
        if sets["line"] < ticket.line:
            sets["pingpong"] = ticket.pingpong + 1
        payload = {"done": data.get("done") or "", "next_step": data.get("next_step") or ""}
        return Outcome(State.QUEUED, sets, payload)

    return effect


def _no_instruction(ticket: Ticket, data: dict[str, Any]) -> bool:
    outcome = data.get("search_outcome")
    if outcome is None:
        last = ticket.knowledge_searches.order_by("-pk").first()
        outcome = last.outcome if last else SearchOutcome.NONE
    return bool(outcome == SearchOutcome.NONE)


def _reassign(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    user = data["assignee"]
    if user is None:
        return Outcome(State.QUEUED, {"assignee_id": None})
    if user.operator.line != ticket.line and not actor.has(Role.SHIFT_LEAD):
        raise Invalid(
            _("This operator works on another line: hand the ticket over instead."), field="assignee"
        )
    return Outcome(State.IN_PROGRESS, {"assignee": user})


def _ask_customer(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    return Outcome(
        sets={"resume_at": data["resume_at"], "wake_at": now + FIRST_REMINDER, "reminders_sent": 0}
    )


def _ask_vendor(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    payload = {"vendor_case": data["vendor_case"], "vendor_contract": data["vendor_contract"],
               "vendor_eta": data["vendor_eta"].isoformat()}  # fmt: skip
    return Outcome(sets={"resume_at": data["resume_at"], "wake_at": data["resume_at"]}, payload=payload)


def _schedule(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    sets = {"resume_at": data["resume_at"], "wake_at": data["resume_at"]}
    return Outcome(sets=sets, payload={"approval": data.get("approval") or ""})


def _resume(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    return _back_to_work(ticket)


def _resolved(ticket: Ticket, now: datetime, code: ResolutionCode, **sets: Any) -> Outcome:
    category = sets.get("category", ticket.category)
    wake = now + auto_close_after(ticket)
    fields = {"resolved_at": now, "resolution_code": code, "resume_at": None, "wake_at": wake, **sets}
    payload = {"resolution_code": code, "category_final": category.code if category else ""}
    if ticket.kb_state in OWING and "kb_state" not in sets:
        # The experts found no instruction and somebody else ended it: what they know is still to be written down.
        payload["kb_state"] = ticket.kb_state
        fields |= owing(ticket, ticket.kb_state, ticket.kb_owner_id or ticket.assignee_id, now)
    return Outcome(State.RESOLVED, fields, payload)


def _resolve(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    kb = KbState.PAID if data.get("article") else KbState.STUB if data.get("write_stub") else KbState.WAIVED
    if kb == KbState.WAIVED and not data.get("waive"):
        kb = KbState.PAID if ticket.article_links.exists() else KbState.OWED
    outcome = _resolved(ticket, now, data["resolution_code"], **owing(ticket, kb, actor.user_id, now))
    outcome.payload.update(waive=data.get("waive") or "", kb_state=kb)
    return outcome


def _self_recovered(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    return _resolved(ticket, now, ResolutionCode.SELF_RECOVERED)


def _solved_by_customer(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    return _resolved(ticket, now, ResolutionCode.CONFIRMED)


def _auto_resolve(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    return _resolved(ticket, now, ResolutionCode.NO_RESPONSE)


def _closed(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    return Outcome(sets={"closed_at": now, **NO_DUE})


def _reopened(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    """Back to the line that resolved it; the second time the next line takes it (T18)."""
    outcome = _back_to_work(ticket)
    again = ticket.reopen_count >= 1 and ticket.line < 3 and ticket.state == State.RESOLVED
    if again:
        outcome = Outcome(State.QUEUED, {**outcome.sets, "line": ticket.line + 1, "assignee_id": None})
    outcome.sets.update(
        reopen_count=ticket.reopen_count + 1,
        resolved_at=None,
        closed_at=None,
        ended_at=None,
        resolution_code="",
    )
    return outcome


def _recurred(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    """The alert is back: to whoever had it; a ticket that no person ever accepted is new again."""
    outcome = _back_to_work(ticket)
    if ticket.first_response_at is None and outcome.target == State.QUEUED and ticket.line == 1:
        outcome.target = State.NEW
    outcome.sets.update(reopen_count=ticket.reopen_count + 1, resolved_at=None, resolution_code="")
    return outcome


def _merged(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    sets = {"merged_into": data["target"], "ended_at": now, "resume_at": None, **NO_DUE}
    return Outcome(sets=sets, payload={"target_id": data["target"].pk, "target": data["target"].number})


def _unmerged(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    merged = TicketEvent.objects.filter(ticket=ticket, payload__transition="merge").order_by("-pk").first()
    before = State(merged.payload["from_state"]) if merged else State.QUEUED
    sets: dict[str, Any] = {"merged_into": None, "ended_at": None}
    if before in PENDING:
        # What it waited for is not known any more: ask the customer again tomorrow, take up everything else now.
        sets["wake_at"] = now + (FIRST_REMINDER if before == State.PENDING_CUSTOMER else timedelta())
    return Outcome(before, sets, {"survivor_id": ticket.merged_into_id})


def _cancelled(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    return Outcome(sets={"ended_at": now, "resume_at": None, **NO_DUE})


def _absorbed(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    linked, ended = _link(ticket, actor, data, now), _cancelled(ticket, actor, data, now)
    return Outcome(sets={**ended.sets, **linked.sets}, payload=linked.payload)


def _restored(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    return Outcome(sets={"ended_at": None, "assignee_id": actor.user_id}, payload={"why": data["why"]})


def _link(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    return Outcome(sets={"parent": data["parent"]}, payload={"parent": data["parent"].number})


def _set_major(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    return Outcome(sets={"major_state": data["major_state"]}, payload={"major_state": data["major_state"]})


def _reclassify(ticket: Ticket, actor: Actor, data: dict[str, Any], now: datetime) -> Outcome:
    before = {
        "priority_from": ticket.priority,
        "category_from": ticket.category.code if ticket.category else "",
    }
    mode = "from_change" if data["reason"] == "impact_grew" else "retro"
    sets = _classification(ticket, data)
    return Outcome(sets=sets, payload={**before, "mode": mode, **_new_terms(ticket, sets)})


EFFECTS: dict[str, Effect] = {
    "accept": _taken,
    "classify": _classify,
    "take": _taken,
    "hand_up": _handed(lambda line: 2),
    "hand_to_experts": _handed(lambda line: 3),
    "skip_to_experts": _handed(lambda line: 3),
    "hand_back": _handed(lambda line: line - 1),
    "reassign": _reassign,
    "ask_customer": _ask_customer,
    "customer_answered": _resume,
    "ask_vendor": _ask_vendor,
    "vendor_answered": _resume,
    "schedule": _schedule,
    "window_opened": _resume,
    "resolve": _resolve,
    "self_recovered": _self_recovered,
    "confirm": _closed,
    "solved_by_customer": _solved_by_customer,
    "auto_close": _closed,
    "reopen": _reopened,
    "recurred": _recurred,
    "reopen_closed": _reopened,
    "auto_resolve": _auto_resolve,
    "merge": _merged,
    "link_to_major": _link,
    "unmerge": _unmerged,
    "cancel": _cancelled,
    "absorb": _absorbed,
    "mark_spam": lambda *_: Outcome(sets=NO_DUE),
    "not_spam": lambda *_: Outcome(sets={"assignee_id": None}),
    "restore": _restored,
    "reclassify": _reclassify,
    "set_major": _set_major,
}
