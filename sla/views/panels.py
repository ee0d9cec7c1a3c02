"""Parts of other pages: the clocks of a ticket, the budget in the queue's head."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.permissions import operator_required
from common.htmx import DeskRequest
from sla.queries import attainment, heartbeat, panel
from sla.services import explaining
from tickets.models import Ticket


@require_GET
@operator_required
def clocks(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """The panel that a ticket's page loads: every clock with its countdown and its ledger."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.actor), pk=ticket_id)
    stored, folded = explaining.clocks_of(ticket)
    return render(request, "sla/_clocks.html", {"ticket": ticket, "faces": panel.faces(stored, folded)})


@require_GET
@operator_required
def budget(request: DeskRequest) -> HttpResponse:
    """How many misses the month still allows, and whether the sweep is alive."""
    context = {"budget": attainment.budget(), "sweep_late": not heartbeat.is_healthy()}
    return render(request, "sla/_budget.html", context)
