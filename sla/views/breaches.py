"""The page of broken promises, for those who lead the shift."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import shift_lead_required
from common.errors import Invalid
from common.htmx import DeskRequest
from sla.forms import BreachFilter, DismissForm
from sla.permissions import can_decide
from sla.queries import breaches, proposals, standing
from sla.services import proposing


@require_GET
@shift_lead_required
def index(request: DeskRequest) -> HttpResponse:
    """Newest first; a filter that makes no sense shows everything."""
    form = BreachFilter(request.GET or None)
    wanted = _wanted(form, request.actor.user_id)
    context = {
        "form": form,
        "is_narrowed": wanted != breaches.Wanted(before=wanted.before),
        "page": breaches.page(wanted),
        "standing": standing.this_month(),
        "diligence": breaches.diligence(),
        "proposals": proposals.shown(),
        "may_decide": can_decide(request.actor),
    }
    return render(request, "sla/breaches.html", context)


@require_POST
@shift_lead_required
def decide(request: DeskRequest, proposal_id: int, decision: str) -> HttpResponse:
    """Make a proposal a problem record, or say why not."""
    if decision == "accept":
        proposal = proposing.accept(actor=request.actor, proposal_id=proposal_id)
        assert proposal.ticket is not None
        return redirect("desk:ticket", proposal.ticket.number)
    if decision != "dismiss":
        raise Http404
    form = DismissForm(request.POST)
    if not form.is_valid():
        raise Invalid(field="note")
    proposing.dismiss(actor=request.actor, proposal_id=proposal_id, **form.cleaned_data)
    return redirect("sla:breaches")


def _wanted(form: BreachFilter, user_id: int | None) -> breaches.Wanted:
    if not form.is_valid():
        return breaches.Wanted()
    given = dict(form.cleaned_data)
    return breaches.Wanted(reviewer=user_id if given.pop("mine") else None, **given)
