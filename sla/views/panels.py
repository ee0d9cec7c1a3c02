"""Parts of other pages: the clocks of a ticket, the budget in the queue's head."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.permissions import operator_required
from common.htmx import DeskRequest
from sla.queries import panel, reasons, risk, standing
from sla.services import explaining
from tickets.models import Ticket


@require_GET
@operator_required
def clocks(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """The panel that a ticket's page loads: every clock with its countdown and its ledger."""
    ticket = get_object_or_404(
        Ticket.objects.visible_to(request.actor).select_related("contact"), pk=ticket_id
    )
    explained = explaining.explain(ticket)
    context = {
        "ticket": ticket,
        "faces": panel.faces(explained.stored, explained.replayed, explained.names),
        "first": explained.first,
        "risk": reasons.told(risk.of(ticket, explained.stored)),
    }
    return render(request, "sla/_clocks.html", context)


@require_GET
@operator_required
def budget(request: DeskRequest) -> HttpResponse:
    """How many misses the month still allows, and how fast they are used up."""
    context = {"standing": standing.this_month()}
    return render(request, "sla/_budget.html", context)
