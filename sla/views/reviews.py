"""The page of one broken promise: where the time went, and its review step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import shift_lead_required
from common import clock as time
from common.errors import Invalid
from common.htmx import DeskRequest
from sla.enums import ReviewState
from sla.forms import ActionForm, AnalysisForm, EffectForm, ExcuseForm, VerifyForm
from sla.models import Breach, BreachReview
from sla.permissions import can_excuse, can_review
from sla.queries import actions, overrun, reviews, stretches
from sla.queries.actions import Listed
from sla.queries.sentences import state_name
from sla.services import reviewing

STEPS: dict[str, tuple[type[forms.Form], Callable[..., object]]] = {
    "begin": (forms.Form, reviewing.begin),
    "analyse": (AnalysisForm, reviewing.analyse),
    "plan": (ActionForm, reviewing.plan),
    "judge": (EffectForm, reviewing.judge),
    "verify": (VerifyForm, reviewing.verify),
    "close": (forms.Form, reviewing.close),
    "excuse": (ExcuseForm, reviewing.excuse),
}


@require_GET
@shift_lead_required
def show(request: DeskRequest, breach_id: int) -> HttpResponse:
    return render(request, "sla/breach.html", _context(request, reviews.breach(breach_id), {}))


@require_POST
@shift_lead_required
def act(request: DeskRequest, breach_id: int, step: str) -> HttpResponse:
    """One step of the review; a form that is not complete comes back with what is missing."""
    if step not in STEPS:
        raise Http404
    kind, service = STEPS[step]
    breach, form = reviews.breach(breach_id), kind(request.POST)
    if not form.is_valid():
        return render(request, "sla/breach.html", _context(request, breach, {step: form}), status=422)
    try:
        service(actor=request.actor, breach_id=breach_id, **form.cleaned_data)
    except Invalid as refusal:
        field = refusal.extra.get("field")
        form.add_error(field if field in form.fields else None, str(refusal.detail))
        return render(request, "sla/breach.html", _context(request, breach, {step: form}), status=422)
    return redirect("sla:breach", breach_id)


def _facts(breach: Breach) -> dict[str, Any]:
    """What happened: told from the log, the stored clock and the snapshot of the breach."""
    now = time.now()
    until = breach.clock.stopped_at or now
    stood = stretches.stretches(breach.ticket_id, max(until, breach.breached_at))
    return {
        "overrun": overrun.overrun(breach.clock, breach.target, now),
        "is_running": breach.clock.stopped_at is None,
        "is_paused": breach.clock.stopped_at is None and breach.clock.running_since is None,
        "warnings": reviews.warnings(breach),
        "picture": stretches.picture(stood, breach.breached_at),
        "spent": stretches.spent(breach.spent),
        "timeline": reviews.timeline(breach),
        "story": reviews.story(breach, until),
        "on_shift": reviews.on_shift(breach),
        "shift": reviews.shift_name(breach.shift),
        "state_then": state_name(breach.state),
    }


def _context(request: DeskRequest, breach: Breach, bound: dict[str, forms.Form]) -> dict[str, Any]:
    review = getattr(breach, "review", None)
    state = reviews.state_of(breach)
    is_mine = review is not None and review.reviewer_id == request.actor.user_id
    stands = breach.retracted_at is None
    is_working = is_mine and stands and state == ReviewState.ACTIONS
    is_open = is_mine and stands and state in (ReviewState.ANALYSIS, ReviewState.ACTIONS)
    may_review = stands and can_review(request.actor, breach)
    return {
        "breach": breach,
        "review": review,
        "state": ReviewState(state).label,
        "steps": reviews.steps(state),
        "due": reviews.due_at(breach),
        **_facts(breach),
        "actions": _actions(review),
        "may_begin": review is None and may_review,
        "may_close": state == ReviewState.VERIFIED and may_review and not is_mine,
        "analysis": _form("analyse", bound, is_open, review),
        "plan": _form("plan", bound, is_working),
        "verify": _form("verify", bound, is_working),
        "is_working": is_working,
        "excuse": getattr(breach, "excuse", None),
        "excusing": _form(
            "excuse", bound, can_excuse(request.actor) and stands and not hasattr(breach, "excuse")
        ),
        "effect": reviews.effect(breach),
    }


def _actions(review: BreachReview | None) -> list[Listed]:
    return [actions.listed(action) for action in review.actions.select_related("owner")] if review else []


def _form(step: str, bound: dict[str, forms.Form], is_shown: bool, review: Any = None) -> forms.Form | None:
    """The form of a step, as it was sent if it came back; None when the step is not for this reader now."""
    if not is_shown:
        return None
    if step in bound:
        return bound[step]
    answers = {True: "yes", False: "no", None: ""}
    known = {
        "cause": review.cause or review.breach.cause_hint,
        "preventable": answers[review.preventable],
        "prevented_by": review.prevented_by,
        "next_time": review.next_time,
    } if review else {}  # fmt: skip
    return STEPS[step][0](initial=known)
