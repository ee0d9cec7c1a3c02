"""The first page of reports."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.permissions import shift_lead_required
from common.htmx import DeskRequest
from reports.enums import Period
from reports.forms import DEFAULT_DAYS, PERIODS, PeriodForm
from reports.queries.overview import overview
from reports.views import drawing
from sla.enums import ClockKind
from sla.queries.shares import Share
from tickets.enums import Channel

WITHIN = {
    "category": _("Tickets within SLA, by category"),
    "priority": _("Tickets within SLA, by priority"),
    "contract": _("Tickets within SLA, by contract"),
}
NOTHING = {"category": _("not classified"), "contract": _("without a contract")}


def parts(by: str, shares: dict[Any, Share]) -> list[tuple[str, Share]]:
    """Each part by its name, the largest number of misses first: that is where the budget went."""
    named = [
        (f"P{part}" if by == "priority" else str(part or NOTHING[by]), share)
        for part, share in shares.items()
    ]
    return sorted(named, key=lambda pair: (-pair[1].missed, pair[0]))


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
        "within": [(WITHIN[by], parts(by, found.within[by])) for by in WITHIN],
        "first_share": drawing.first_share(found.days),
        "first_seconds": drawing.first_seconds(found.days),
        "volume": drawing.volume(found.days),
        "resolutions": drawing.resolutions(found.days),
        "backlog": drawing.backlog(found.ages),
    }
    return render(request, "reports/index.html", context)
