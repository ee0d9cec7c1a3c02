"""Calls on the operator's screen, and a call that no telephone told us of, in three fields."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import operator_required
from common import clock
from common.errors import DomainError
from common.htmx import DeskRequest
from messaging.services.calls.folding import contact_of
from tickets.enums import Channel
from tickets.forms import CallForm
from tickets.queries.calls import going_on
from tickets.services.creating import create_ticket


@operator_required
@require_GET
def calls(request: DeskRequest) -> HttpResponse:
    """Who is calling now: every page of the desk asks when the bell of a call rings."""
    return render(request, "desk/_calls.html", {"callers": going_on(request.actor)})


@operator_required
@require_http_methods(["GET", "POST"])
def log_call(request: DeskRequest) -> HttpResponse:
    """A call taken on a telephone the desk does not hear: who, about what, and what was said."""
    form = CallForm(
        request.POST if request.method == "POST" else None, initial={"who": request.GET.get("who", "")}
    )
    if request.method == "GET" or not form.is_valid():
        return render(request, "desk/log_call.html", {"form": form}, status=422 if form.errors else 200)
    given, now = form.cleaned_data, clock.now()
    try:
        ticket = create_ticket(
            actor=request.actor, subject=given["subject"], channel=Channel.PHONE, contact=contact_of(given["who"]),
            body=_("Call from %(who)s.") % {"who": given["who"]} + f"\n\n{given['text']}",
            received_at=now, answered_at=now,
        )  # fmt: skip
    except DomainError as error:
        field = error.extra.get("field")
        form.add_error(field if field in form.fields else None, error.detail)
        return render(request, "desk/log_call.html", {"form": form}, status=422)
    return redirect("desk:ticket", ticket.number)
