"""The shift at a glance: who waits, what is late, who has how much."""

from datetime import timedelta

from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import Operator
from accounts.permissions import leads_shift, operator_required
from common import clock
from common.htmx import DeskRequest
from tickets import queries
from tickets.enums import OPEN, EventType
from tickets.models import Ticket, TicketEvent
from tickets.views.queue import HEARD_AT_ONCE, most_pressing
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
    waiting = queries.unanswered(request.actor).select_related("assignee")
    context = {
        "here": "shift",
        "unanswered": most_pressing(list(waiting.order_by("-received_at")[:HEARD_AT_ONCE])),
        "late": list(queue.filter(next_due_at__lt=now)[:SHOWN]),
        "soon": list(queue.filter(next_due_at__gte=now, next_due_at__lt=now + SOON)[:SHOWN]),
        "breaches": breaches(),
        "operators": on_shift(),
        "leads": leads_shift(request.actor),
        "force_before": now - FORCED_AFTER,
    }
    return render(request, "desk/_shift.html" if request.htmx else "desk/shift.html", context)


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
