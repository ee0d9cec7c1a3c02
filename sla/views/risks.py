"""Badges of tickets at risk, for the rows of a queue."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import operator_required
from common.htmx import DeskRequest
from sla.forms import RowsForm
from sla.queries import reasons, risk


@require_GET
@operator_required
def risks(request: DeskRequest) -> HttpResponse:
    """A fragment for each row asked for: the badge of a ticket at risk, nothing for the others.

    Rows that are no tickets of this reader get nothing either; a question that makes no sense is answered by nothing.
    """
    form = RowsForm(request.GET)
    wanted: list[int] = form.cleaned_data["on"] if form.is_valid() else []
    found = risk.risks(request.actor, wanted)
    rows = [(pk, reasons.told(found.get(pk))) for pk in wanted]
    return render(request, "sla/_risks.html", {"risks": rows})
