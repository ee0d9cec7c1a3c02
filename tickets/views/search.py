"""Search by number, words and customer."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.models import Customer
from accounts.permissions import operator_required
from common.htmx import DeskRequest
from tickets import queries
from tickets.models import Ticket

SHOWN = 50


@operator_required
@require_GET
def search(request: DeskRequest) -> HttpResponse:
    """A number opens its ticket, everything else lists the newest tickets with these words."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    exact = (
        Ticket.objects.visible_to(request.actor).filter(number=words.lstrip("#№ ")).first() if words else None
    )
    if exact:
        return redirect("desk:ticket", exact.number)
    found = queries.search_tickets(request.actor, words)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: SHOWN + 1])
    context = {
        "q": words,
        "tickets": rows[:SHOWN],
        "before": rows[SHOWN - 1].pk if len(rows) > SHOWN else None,
        "customers": Customer.objects.filter(name__icontains=words, is_active=True)[:5] if words else [],
    }
    return render(request, "desk/search.html", context)
