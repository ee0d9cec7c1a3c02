"""Alert sources and what was turned away, for administrators."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import administrator_required, operator_required
from common.htmx import DeskRequest
from monitoring import queries
from monitoring.services.sourcing import rotate_token

PER_PAGE = 50


@administrator_required
@require_GET
def sources(request: DeskRequest) -> HttpResponse:
    """All sources with their state of health."""
    return render(request, "monitoring/sources.html", {"rows": queries.sources_health()})


@administrator_required
@require_POST
def rotate(request: DeskRequest, source_id: int) -> HttpResponse:
    """A new token, shown on this answer and never again; the old one works for another day."""
    source, token = rotate_token(actor=request.actor, source_id=source_id)
    return render(request, "monitoring/new_token.html", {"source": source, "token": token})


@administrator_required
@require_GET
def rejected(request: DeskRequest) -> HttpResponse:
    """What was turned away and why."""
    chosen = request.GET.get("source", "").replace("\x00", "")
    page = Paginator(queries.rejected_deliveries(chosen), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "monitoring/rejected.html", {"page": page, "chosen": chosen})


@operator_required
@require_GET
def unknown_hosts(request: DeskRequest) -> HttpResponse:
    """Hosts that alert and are not in the registry."""
    return render(
        request, "monitoring/unknown_hosts.html", {"here": "registry", "rows": queries.unknown_hosts()}
    )
