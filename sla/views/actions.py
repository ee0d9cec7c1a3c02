"""Corrective actions for those who carry them out; leaders see everybody's."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import leads_shift, operator_required
from common.htmx import DeskRequest
from sla.queries import actions
from sla.services import correcting


@require_GET
@operator_required
def index(request: DeskRequest) -> HttpResponse:
    leads = leads_shift(request.actor)
    everybody = leads and request.GET.get("whose") == "all"
    found = actions.owed(None if everybody else request.actor.user_id)
    return render(request, "sla/actions.html", {"actions": found, "leads": leads, "everybody": everybody})


@require_POST
@operator_required
def done(request: DeskRequest, action_id: int) -> HttpResponse:
    correcting.complete(actor=request.actor, action_id=action_id)
    return redirect("sla:actions")
