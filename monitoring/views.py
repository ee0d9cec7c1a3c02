"""Pages of monitoring: the alerts of a ticket, the stable link of an event, and the sources for administrators."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import administrator_required, operator_required
from common.htmx import DeskRequest
from monitoring import queries
from monitoring.services.sourcing import rotate_token
from tickets.models import Ticket

PER_PAGE = 50


@operator_required
@require_GET
def ticket_alerts(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """The panel beside a ticket: its problems, the open ones first."""
    if not Ticket.objects.visible_to(request.actor).filter(pk=ticket_id).exists():
        raise Http404
    problems = queries.problems_of_ticket(ticket_id)
    return render(request, "monitoring/ticket_alerts.html", {"problems": problems})


@operator_required
@require_GET
def event_link(request: DeskRequest, source: str, event_id: int) -> HttpResponseBase:
    """The link written to the event in monitoring: to its ticket now, wherever that went; else the event's card."""
    problem = queries.problem_by_link(slug=source, event_id=event_id)
    if problem is None:
        raise Http404
    if problem.ticket is not None:
        return redirect("desk:ticket", problem.ticket.number)
    return render(request, "monitoring/event.html", {"problem": problem})


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
