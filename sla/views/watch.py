"""The bar on every page of the desk that says when nobody watches the clocks."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import operator_required
from common.htmx import DeskRequest
from sla.queries import heartbeat
from tickets.models import Ticket

NAMED = 5


@require_GET
@operator_required
def bar(request: DeskRequest) -> HttpResponse:
    """Asked for every ten seconds, whatever bells ring. 204 when the page says already what there is to say."""
    found = heartbeat.health()
    seen = "-".join([found.state.value, *map(str, found.stuck)])
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    tickets = (
        Ticket.objects.visible_to(request.actor).filter(clocks__in=found.stuck).order_by("pk").distinct()
    )
    context = {"health": found, "seen": seen, "tickets": tickets[:NAMED] if found.stuck else []}
    return render(request, "sla/_watch.html", context)
