"""Reply templates for the composer, filled with what the ticket knows."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from accounts.permissions import operator_required
from common.htmx import DeskRequest
from tickets.models import ReplyTemplate
from tickets.services.filling import fill
from tickets.services.informing import values_of
from tickets.views.ticket import find


@operator_required
@require_GET
def templates(request: DeskRequest, number: str) -> HttpResponse:
    """Titles in the operator's language, texts in the customer's; what is not known stands as an ellipsis."""
    ticket = find(request, number)
    with translation.override(ticket.language):
        values = values_of(ticket, request.actor)
        rows = ReplyTemplate.objects.filter(is_active=True, is_automatic=False)
        texts = {row.pk: fill(row.in_language(ticket.language)[1], values, leave_out=False) for row in rows}
    offered: list[dict[str, Any]] = [
        {"code": row.code, "title": row.title, "text": texts[row.pk]} for row in rows
    ]
    return render(request, "desk/_templates.html", {"offered": offered})
