"""The first page of reports."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import shift_lead_required
from common.htmx import DeskRequest
from reports.enums import Period
from reports.forms import DEFAULT_DAYS, PERIODS, PeriodForm
from reports.queries.overview import overview
from reports.views import drawing
from sla.enums import ClockKind
from tickets.enums import Channel


@require_GET
@shift_lead_required
def index(request: DeskRequest) -> HttpResponse:
    """Figures and charts of the chosen period; an unknown period shows the usual one."""
    days = PeriodForm(request.GET).chosen() if "days" in request.GET else DEFAULT_DAYS
    found = overview(Period.of(days))
    context = {
        "here": "reports",
        "overview": found,
        "periods": PERIODS,
        "days": days,
        "promises": [(ClockKind(promise.kind).label, promise.share) for promise in found.promises],
        "channels": [(Channel(figures.channel).label, figures) for figures in found.channels],
        "first_share": drawing.first_share(found.days),
        "first_seconds": drawing.first_seconds(found.days),
        "volume": drawing.volume(found.days),
        "resolutions": drawing.resolutions(found.days),
        "backlog": drawing.backlog(found.ages),
    }
    return render(request, "reports/index.html", context)
