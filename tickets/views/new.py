"""A ticket typed in by an operator: a call, a visitor, or a request of our own."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Customer
from accounts.permissions import operator_required
from common import clock
from common.errors import DomainError, Missing
from common.htmx import DeskRequest
from tickets.enums import Channel
from tickets.forms import NewTicketForm
from tickets.services.creating import create_ticket
from tickets.services.prioritising import matrix

SALT = "tickets.new"
CALL_MAX_SECONDS = 4 * 60 * 60


@operator_required
@require_http_methods(["GET", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """The form; what was typed survives every refusal. On the telephone the answer is when the form was opened."""
    if request.method == "GET":
        opened = signing.dumps(clock.now().isoformat(), salt=SALT)
        return _show(request, NewTicketForm(initial={"channel": Channel.PHONE}), opened)
    opened = request.POST.get("opened", "")
    form = NewTicketForm(request.POST, customer_id=_customer_id(request.POST.get("customer")))
    if not form.is_valid():
        return _show(request, form, opened, status=422)
    try:
        ticket = create_ticket(actor=request.actor, **_values(form, request, _opened_at(opened)))
    except Missing:
        raise
    except DomainError as error:
        field = error.extra.get("field")
        form.add_error(field if field in form.fields else None, error.detail)
        return _show(request, form, opened, status=422)
    return redirect("desk:ticket", ticket.number)


def _values(form: NewTicketForm, request: DeskRequest, opened: datetime) -> dict[str, Any]:
    given = form.cleaned_data
    channel = given["channel"]
    called = {"received_at": opened, "answered_at": opened} if channel == Channel.PHONE else {}
    return {
        "subject": given["subject"],
        "body": given["text"],
        "channel": channel,
        "category": given["category"].code if given["category"] else None,
        "customer": given["customer"],
        "contact": given["contact"],
        "service": given["service"],
        "impact": given["impact"] or None,
        "urgency": given["urgency"] or None,
        "priority": given.get("priority"),
        "language": given["language"] or None,
        "attachments": request.FILES.getlist("attachments"),
        "is_outbound": channel == Channel.AGENT,
        **called,
    }


def _opened_at(text: str) -> datetime:
    """When the form was opened; a forged or very old stamp counts as now."""
    now = clock.now()
    try:
        stamp = parse_datetime(signing.loads(text, salt=SALT, max_age=CALL_MAX_SECONDS))
    except (signing.BadSignature, TypeError, ValueError):
        return now
    return min(stamp, now) if stamp else now


def _customer_id(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _customer(text: str | None) -> Customer | None:
    pk = _customer_id(text)
    return Customer.objects.filter(pk=pk).first() if pk else None


def _show(request: DeskRequest, form: NewTicketForm, opened: str, status: int = 200) -> HttpResponse:
    chosen = _customer(str(form["customer"].value() or ""))
    context = {
        "form": form,
        "opened": opened,
        "matrix": json.dumps(matrix()),
        "chosen": chosen,
        "max_bytes": settings.ATTACHMENT_MAX_BYTES,
        "max_count": settings.ATTACHMENT_MAX_COUNT,
    }
    return render(request, "desk/new.html", context, status=status)


@operator_required
@require_GET
def customers(request: DeskRequest) -> HttpResponse:
    """Customers whose name, code or people match what is being typed."""
    words = request.GET.get("customer_words", "").replace("\x00", "").strip()[:80]
    if len(words) < 2:
        return HttpResponse("")
    active = Customer.objects.filter(is_active=True)
    by_name = active.filter(name__icontains=words)[:8]
    by_person = active.filter(contacts__name__icontains=words, contacts__is_active=True).distinct()[:5]
    found = {customer.pk: customer for customer in (*by_name, *by_person)}
    return render(request, "desk/_customers.html", {"customers": found.values()})


@operator_required
@require_GET
def people(request: DeskRequest) -> HttpResponse:
    """Contacts and services of the chosen customer, as fields of the form."""
    form = NewTicketForm(customer_id=_customer_id(request.GET.get("customer")))
    chosen = _customer(request.GET.get("customer"))
    return render(request, "desk/_people.html", {"form": form, "chosen": chosen})
