"""The page of one broken promise: where the time went, and its review step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import shift_lead_required
from common.htmx import DeskRequest
from sla.enums import ReviewState
from sla.forms import ActionForm, AnalysisForm, EffectForm, ExcuseForm, VerifyForm
from sla.models import Breach
from sla.permissions import can_excuse, can_review
from sla.queries import reviews
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
    service(actor=request.actor, breach_id=breach_id, **form.cleaned_data)
    return redirect("sla:breach", breach_id)


def _context(request: DeskRequest, breach: Breach, bound: dict[str, forms.Form]) -> dict[str, Any]:
    review = getattr(breach, "review", None)
    state = reviews.state_of(breach)
    is_mine = review is not None and review.reviewer_id == request.actor.user_id
    is_working = is_mine and state == ReviewState.ACTIONS
    may_review = can_review(request.actor, breach)
    return {
        "breach": breach,
        "review": review,
        "state": ReviewState(state).label,
        "due": reviews.due_at(breach),
        "timeline": reviews.timeline(breach),
        "actions": list(review.actions.select_related("owner")) if review else [],
        "may_begin": review is None and may_review and breach.retracted_at is None,
        "may_close": state == ReviewState.VERIFIED and may_review and not is_mine,
        "analysis": _form(
            "analyse", bound, is_mine and state in (ReviewState.ANALYSIS, ReviewState.ACTIONS), review
        ),
        "plan": _form("plan", bound, is_working),
        "verify": _form("verify", bound, is_working),
        "is_working": is_working,
        "excuse": getattr(breach, "excuse", None),
        "excusing": _form("excuse", bound, can_excuse(request.actor) and not hasattr(breach, "excuse")),
    }


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
