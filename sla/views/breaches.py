"""The page of broken promises, for those who lead the shift."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import shift_lead_required
from common.htmx import DeskRequest
from sla.forms import BreachFilter
from sla.queries import attainment, breaches


@require_GET
@shift_lead_required
def index(request: DeskRequest) -> HttpResponse:
    """Newest first, by clock and line; a filter that makes no sense shows everything."""
    form = BreachFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = breaches.page(kind=wanted.get("kind", ""), line=wanted.get("line"), before=wanted.get("before"))
    context = {"form": form, "page": page, "budget": attainment.budget(), "recurring": breaches.recurring()}
    return render(request, "sla/breaches.html", context)
