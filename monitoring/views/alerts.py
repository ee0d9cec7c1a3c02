"""What stands behind a ticket: its alerts, its incident, and the stable link of an event."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import operator_required
from common.htmx import DeskRequest
from monitoring import queries
from monitoring.queries import incidents
from monitoring.services.notices import recognising
from monitoring.services.zabbix.delivering import retry
from tickets.models import Ticket

SHOWN = 20


@operator_required
@require_GET
def ticket_alerts(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """The panel beside a ticket: its problems, the open ones first, and the incident it has to do with."""
    return _panel(request, _ticket(request, ticket_id))


@operator_required
@require_POST
def synchronise(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """Tell Zabbix once more what it would not hear."""
    ticket = _ticket(request, ticket_id)
    retry(ticket_id=ticket.pk)
    return _panel(request, ticket)


@operator_required
@require_POST
def connect(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """Hang the ticket on the incident that hits its customer."""
    ticket = _ticket(request, ticket_id)
    recognising.connect(ticket=ticket, actor=request.actor)
    return _panel(request, ticket)


@operator_required
@require_POST
def disconnect(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """Take the ticket off its incident."""
    ticket = _ticket(request, ticket_id)
    recognising.disconnect(ticket=ticket, actor=request.actor)
    return _panel(request, ticket)


def _ticket(request: DeskRequest, ticket_id: int) -> Ticket:
    found = Ticket.objects.visible_to(request.actor).filter(pk=ticket_id).first()
    if found is None:
        raise Http404
    return found


def _panel(request: DeskRequest, ticket: Ticket) -> HttpResponse:
    standing = incidents.standing(ticket.pk)
    context = {
        "ticket_id": ticket.pk,
        "problems": list(queries.problems_of_ticket(ticket.pk)[:SHOWN]),
        "unsynchronised": queries.unsynchronised(ticket.pk),
        "standing": standing,
        "hit": recognising.concerning(ticket) if standing is None else None,
    }
    return render(request, "monitoring/ticket_alerts.html", context)


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
