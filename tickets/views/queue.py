"""Queues of the three lines, one's own, and the pulse that every page carries in its bar."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import Customer
from accounts.permissions import leads_shift, operator_required
from common import clock
from common.htmx import DeskRequest
from common.live import token
from tickets import queries
from tickets.enums import OPEN, CategoryKind, Channel, Priority, State
from tickets.filters import VIEWS, QueueFilter, page_of
from tickets.models import Ticket

FIRST_ANSWER = timedelta(seconds=90)
# Line 1 hears of a request at once, the rest of the shift when two thirds of the 90 seconds are gone.
SHIFT_HEARS_AFTER = timedelta(seconds=60)
ALARM_SHOWN = 12
HEARD_AT_ONCE = 100
COUNTED_UP_TO = 999
CUSTOMERS_OFFERED = 300


@operator_required
@require_GET
def queue(request: DeskRequest) -> HttpResponse:
    """Open tickets by the next deadline; the rows alone for htmx."""
    wanted = QueueFilter.parse(request.GET.dict(), request.actor)
    found = queries.queue(request.actor, line=wanted.line, mine=wanted.view == "mine")
    tickets, following = page_of(wanted.apply(found))
    context: dict[str, Any] = {
        "tickets": tickets,
        "wanted": wanted,
        "here": wanted.view,
        "next_query": wanted.query(following) if following else "",
        "own_query": wanted.query(),
    }
    if request.htmx and request.htmx.target == "queue":
        return render(request, "desk/_rows.html", context)
    return render(request, "desk/queue.html", {**context, **_choices()})


def _choices() -> dict[str, Any]:
    return {
        "views": VIEWS,
        "states": [(state.value, state.label) for state in State if state in OPEN],
        "priorities": [(str(value), label) for value, label in Priority.choices],
        "kinds": CategoryKind.choices,
        "channels": Channel.choices,
        "customers": Customer.objects.filter(is_active=True).values_list("code", "name")[:CUSTOMERS_OFFERED],
    }


@operator_required
@require_GET
def pulse(request: DeskRequest) -> HttpResponse:
    """The alarm bar and the counts of the lines: every page asks for them when a bell rings."""
    tickets = unanswered_for(request)
    context = {
        "tickets": tickets[:ALARM_SHOWN],
        "total": len(tickets),
        "counts": queries.open_counts(request.actor, limit=COUNTED_UP_TO),
        "limit": COUNTED_UP_TO,
    }
    response = render(request, "desk/_pulse.html", context)
    # The stream's address holds a token with an end; the page keeps the newest.
    channels = ["line:1", "line:2", "line:3", "shift", f"operator:{request.actor.user_id}"]
    response["X-Live-Token"] = token(channels)
    return response


def unanswered_for(request: DeskRequest) -> list[Ticket]:
    """Tickets this operator must hear: all of them on line 1 and for shift leads, the late ones for the others."""
    waiting = queries.unanswered(request.actor)
    if request.actor.line != 1 and not leads_shift(request.actor):
        waiting = waiting.filter(received_at__lte=clock.now() - SHIFT_HEARS_AFTER)
    return most_pressing(list(waiting.order_by("-received_at")[:HEARD_AT_ONCE]))


def most_pressing(waiting: list[Ticket]) -> list[Ticket]:
    """First those whose 90 seconds can still be kept, the nearest deadline first; then those already late."""
    late_since = clock.now() - FIRST_ANSWER
    return sorted(
        waiting,
        key=lambda ticket: (ticket.received_at <= late_since, abs(ticket.received_at - late_since)),
    )
