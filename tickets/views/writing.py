"""The composer: a reply the customer reads, or a note nobody outside ever sees."""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import operator_required
from common.errors import DomainError, Missing
from common.htmx import DeskRequest
from tickets.services.noting import add_note
from tickets.services.replying import reply
from tickets.views.ticket import find


@operator_required
@require_POST
def write(request: DeskRequest, number: str) -> HttpResponse:
    """Store a reply or a note. A refusal leaves the text where it is, in the page and in the browser's draft."""
    ticket = find(request, number)
    is_note = request.POST.get("kind") == "note"
    command = add_note if is_note else reply
    try:
        command(
            actor=request.actor,
            ticket_id=ticket.pk,
            text=request.POST.get("text", ""),
            attachments=request.FILES.getlist("attachments"),
        )
    except Missing:
        raise
    except DomainError as error:
        return _refused(request, number, error)
    said = _("Note added") if is_note else _("Reply sent")
    if not request.htmx:
        messages.success(request, said)
        return redirect("desk:ticket", number)
    events = {
        "composer-sent": {"ticket": number},
        "ticket-refresh": "",
        "toast": {"text": said, "tone": "good"},
    }
    return HttpResponse(headers={"HX-Trigger": json.dumps(events)})


def _refused(request: DeskRequest, number: str, error: DomainError) -> HttpResponse:
    if request.htmx:
        return render(request, "desk/_refused.html", {"error": error}, status=422)
    messages.error(request, error.detail)
    return redirect("desk:ticket", number)
