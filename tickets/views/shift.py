"""The shift at a glance: who waits, what is late, who has how much."""

import json
from datetime import timedelta

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Operator
from accounts.permissions import leads_shift, operator_required
from common import clock
from common.errors import DomainError, Missing, NotAllowed
from common.htmx import DeskRequest
from tickets import queries
from tickets.enums import OPEN, EventType
from tickets.models import Ticket, TicketEvent
from tickets.permissions import can_call
from tickets.services import calling
from tickets.views.queue import HEARD_AT_ONCE, most_pressing
from tickets.views.ticket import find
from tickets.views.wording import is_breach

SOON = timedelta(minutes=10)
SHOWN = 30
# Breaches are looked for among the newest events only: the page must stay quick in a year, too.
EVENTS_LOOKED_AT = 5000
FORCED_AFTER = timedelta(seconds=75)


@operator_required
@require_GET
def shift(request: DeskRequest) -> HttpResponse:
    """Unanswered, late and nearly late tickets, the last breaches, and the operators on shift with their load."""
    now = clock.now()
    queue = queries.queue(request.actor)
    operators = on_shift()
    waiting = queries.unanswered(request.actor).select_related("assignee")
    context = {
        "here": "shift",
        "unanswered": most_pressing(list(waiting.order_by("-received_at")[:HEARD_AT_ONCE])),
        "late": list(queue.filter(next_due_at__lt=now)[:SHOWN]),
        "soon": list(queue.filter(next_due_at__gte=now, next_due_at__lt=now + SOON)[:SHOWN]),
        "breaches": breaches(),
        "operators": operators,
        "callees": [one for one in operators if one.user_id != request.actor.user_id],
        "leads": leads_shift(request.actor),
        "may_call": can_call(request.actor),
        "force_before": now - FORCED_AFTER,
    }
    return render(request, "desk/_shift.html" if request.htmx else "desk/shift.html", context)


@operator_required
@require_POST
def call(request: DeskRequest, number: str) -> HttpResponse:
    """One click of the shift lead: this person answers that ticket."""
    ticket = find(request, number)
    chosen = request.POST.get("assignee", "")
    try:
        calling.call(
            actor=request.actor, ticket_id=ticket.pk, user_id=int(chosen[:18]) if chosen.isdecimal() else None
        )
    except (Missing, NotAllowed):
        raise
    except DomainError as error:
        return _said(request, error.detail, "warn")
    return _said(request, _("%(number)s: has been told at once") % {"number": number}, "good")


def _said(request: DeskRequest, text: str, tone: str) -> HttpResponse:
    if not request.htmx:
        (messages.success if tone == "good" else messages.warning)(request, text)
        return redirect("desk:shift")
    events = {"toast": {"text": text, "tone": tone}, "ticket-refresh": ""}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(events)})


def breaches() -> list[TicketEvent]:
    """The newest missed promises, the latest first."""
    newest = TicketEvent.objects.aggregate(pk=Max("pk"))["pk"] or 0
    recent = TicketEvent.objects.filter(type=EventType.ESCALATED, pk__gt=newest - EVENTS_LOOKED_AT)
    rows = recent.select_related("ticket", "ticket__customer").order_by("-pk")[:300]
    return [event for event in rows if is_breach(event.payload)][:15]


def on_shift() -> list[Operator]:
    """Operators on shift by line, each with the number of open tickets."""
    rows = Operator.objects.filter(on_shift=True, user__is_active=True).select_related("user")
    load = dict(
        Ticket.objects.filter(state__in=OPEN, assignee__isnull=False)
        .values_list("assignee")
        .annotate(n=Count("pk"), urgent=Count("pk", filter=Q(priority=1)))
        .values_list("assignee", "n")
    )
    operators = list(rows.order_by("line", "user__first_name", "user__username"))
    for operator in operators:
        operator.load = load.get(operator.user_id, 0)  # type: ignore[attr-defined]
    return operators
