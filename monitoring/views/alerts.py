"""What stands behind a ticket: its alerts, its incident, and the stable link of an event."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import operator_required
from common.htmx import DeskRequest
from monitoring import queries
from monitoring.queries import incidents
from monitoring.services.zabbix.delivering import retry
from tickets.models import Ticket

SHOWN = 20


@operator_required
@require_GET
def ticket_alerts(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """The panel beside a ticket: its problems, the open ones first."""
    if not Ticket.objects.visible_to(request.actor).filter(pk=ticket_id).exists():
        raise Http404
    return render(request, "monitoring/ticket_alerts.html", _alerts(ticket_id))


@operator_required
@require_POST
def synchronise(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """Tell Zabbix once more what it would not hear."""
    if not Ticket.objects.visible_to(request.actor).filter(pk=ticket_id).exists():
        raise Http404
    retry(ticket_id=ticket_id)
    return render(request, "monitoring/ticket_alerts.html", _alerts(ticket_id))


def _alerts(ticket_id: int) -> dict[str, object]:
    problems = list(queries.problems_of_ticket(ticket_id)[:SHOWN])
    return {
        "ticket_id": ticket_id, "problems": problems, "unsynchronised": queries.unsynchronised(ticket_id),
        "standing": incidents.standing(ticket_id),
    }  # fmt: skip


@operator_required
@require_GET
def event_link(request: DeskRequest, source: str, event_id: int) -> HttpResponseBase:
    """The link written to the event in monitoring: to its ticket now, wherever that went; else the event's card."""
    problem = queries.problem_by_link(slug=source, event_id=event_id)
    if problem is None:
        raise Http404
    if problem.ticket is not None:
        return redirect("desk:ticket", problem.ticket.number)
    if problem.incident is not None:
        return redirect("monitoring:incident", problem.incident.ticket.number)
    return render(request, "monitoring/event.html", {"problem": problem})
