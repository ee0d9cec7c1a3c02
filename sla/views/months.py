"""Months and their closing."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import shift_lead_required
from common.errors import Invalid
from common.htmx import DeskRequest
from sla.forms import MonthForm
from sla.permissions import can_close_month
from sla.queries import months
from sla.services import closing


@require_GET
@shift_lead_required
def index(request: DeskRequest) -> HttpResponse:
    context = {"months": months.recent(), "may_close": can_close_month(request.actor)}
    return render(request, "sla/months.html", context)


@require_POST
@shift_lead_required
def close(request: DeskRequest) -> HttpResponse:
    form = MonthForm(request.POST)
    if not form.is_valid():
        raise Invalid(field="month")
    closing.close_month(actor=request.actor, month=form.cleaned_data["month"])
    return redirect("sla:months")
