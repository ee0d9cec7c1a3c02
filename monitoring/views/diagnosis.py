"""Looking at a client's names from a ticket, and what lapses when."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import operator_required
from common.errors import DomainError
from common.htmx import DeskRequest
from monitoring.queries import diagnosis as queries
from monitoring.services.diagnosing import running
from tickets.models import Ticket


@operator_required
@require_http_methods(["GET", "POST"])
def panel(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """The names to look at and the last runs; a POST asks for a look. The panel asks again while one is under way."""
    ticket = Ticket.objects.visible_to(request.actor).filter(pk=ticket_id).first()
    if ticket is None:
        raise Http404
    refused = ""
    if request.method == "POST":
        refused = _ask(request, ticket)
    runs = queries.runs_of(ticket.pk)
    context = {
        "ticket": ticket, "endpoints": running.endpoints_of(ticket)[:20] if ticket.customer_id else [],
        "runs": runs, "is_waiting": queries.is_waiting(runs), "refused": refused,
    }  # fmt: skip
    return render(request, "monitoring/diagnosis.html", context)


def _ask(request: DeskRequest, ticket: Ticket) -> str:
    typed = request.POST.get("endpoint", "")
    chosen = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None
    try:
        running.ask(ticket=ticket, endpoint_id=chosen, actor=request.actor)
    except DomainError as error:
        return error.detail
    return ""


@operator_required
@require_GET
def expiries(request: DeskRequest) -> HttpResponse:
    """Domains and certificates by the days they have left."""
    context = {"here": "registry", "rows": queries.expiries(), "unseen": queries.unseen()}
    return render(request, "monitoring/expiries.html", context)
