"""Bypasses: the list that shift leads work through, and the two steps of one."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import operator_required, shift_lead_required
from common import clock
from common.errors import DomainError, Missing, NotAllowed
from common.htmx import DeskRequest
from tickets.enums import BypassVerdict
from tickets.forms import JudgeForm, JustifyForm
from tickets.models import Bypass
from tickets.permissions import can_judge, can_justify
from tickets.queries import bypasses
from tickets.services import bypassing
from tickets.views.asking import Words, ask, done

L = gettext_lazy
WORDS = {
    "justify": Words(
        L("Justify the bypass"), L("Save"), L("Whoever reads this in a month should be able to judge it.")
    ),
    "judge": Words(L("Judge the bypass"), L("Save the verdict")),
}
FILTERS = [("", L("all, open ones first")), ("open", L("still open")), *BypassVerdict.choices[1:]]


@shift_lead_required
@require_GET
def index(request: DeskRequest) -> HttpResponse:
    """What is to be justified, what waits for judgement, what was judged; the figures of K14 above."""
    verdict = request.GET.get("verdict", "")
    found = bypasses.page(request.actor, verdict=verdict, after=request.GET.get("after", ""))
    context = {
        "here": "shift",
        "page": found,
        "faces": [face(request, one) for one in found.rows],
        "verdict": verdict,
        "verdicts": FILTERS,
    }
    if request.htmx:
        return render(request, "desk/_bypass_rows.html", context)
    return render(request, "desk/bypasses.html", {**context, "figures": bypasses.figures()})


def face(request: DeskRequest, bypass: Bypass) -> dict[str, object]:
    """A bypass with what this reader may do about it now. Works on rows that came with their people."""
    return {
        "bypass": bypass,
        "stage": bypasses.stage_of(bypass),
        "late": bypass.justified_at is None and bypass.due_at < clock.now(),
        "judge_late": not bypass.verdict and bypass.judge_by is not None and bypass.judge_by < clock.now(),
        "may_justify": not bypass.verdict and can_justify(request.actor, bypass),
        "may_judge": not bypass.verdict
        and bypass.justified_at is not None
        and can_judge(request.actor, bypass),
    }


@operator_required
@require_http_methods(["GET", "POST"])
def act(request: DeskRequest, number: str, bypass_id: int, step: str) -> HttpResponse:
    """One step of a bypass: `justify` or `judge`. A refusal comes back with everything that was typed."""
    if step not in WORDS:
        raise Http404
    bypass = bypasses.bypass_or_missing(request.actor, bypass_id, number=number)
    if request.method == "POST":
        return _carry_out(request, bypass, step)
    known = {"justification": bypass.justification} if step == "justify" else {}
    return _show(request, bypass, step, _form(step)(initial=known))


def _form(step: str) -> type[forms.Form]:
    return JustifyForm if step == "justify" else JudgeForm


def _carry_out(request: DeskRequest, bypass: Bypass, step: str) -> HttpResponse:
    form = _form(step)(request.POST)
    if not form.is_valid():
        return _show(request, bypass, step, form, status=422)
    service = bypassing.justify if step == "justify" else bypassing.judge
    try:
        service(actor=request.actor, bypass_id=bypass.pk, **form.cleaned_data)
    except (Missing, NotAllowed):
        raise
    except DomainError as error:
        field = error.extra.get("field")
        form.add_error(field if field in form.fields else None, error.detail)
        return _show(request, bypass, step, form, status=422)
    text = (
        _("%(number)s: the bypass is justified")
        if step == "justify"
        else _("%(number)s: the bypass is judged")
    )
    return done(request, bypass.ticket, text % {"number": bypass.ticket.number})


def _show(
    request: DeskRequest, bypass: Bypass, step: str, form: forms.Form, status: int = 200
) -> HttpResponse:
    more = {"bypass": bypass, "about": "desk/_bypass_facts.html"}
    return ask(request, bypass.ticket, form, WORDS[step], status=status, **more)
