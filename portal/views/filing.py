"""Filing a request, with articles that may help before it is sent."""

import uuid

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.enums import Role
from accounts.models import Contact
from accounts.permissions import contact_required
from accounts.queries import contact_behind
from common.errors import DomainError
from common.htmx import DeskRequest
from knowledge.queries import suggest as suggest_articles
from portal.forms import RequestForm
from tickets.enums import Channel
from tickets.models import Category, Ticket
from tickets.services.creating import create_ticket

TYPED_MAX = 2000


@contact_required
@require_http_methods(["GET", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """The form; sent well it leads to the request's page, where the 90 seconds run."""
    if request.method == "GET":
        initial = {"token": uuid.uuid4(), "subject": request.GET.get("subject", "").replace("\x00", "")[:300]}
        return _show(request, RequestForm(actor=request.actor, initial=initial))
    form = RequestForm(request.POST, request.FILES, actor=request.actor)
    if form.is_valid():
        try:
            ticket = _file(request, form)
        except DomainError as error:
            blame(form, error)
        else:
            return _accepted(request, ticket)
    return _show(request, form, status=422)


def contact_of(request: DeskRequest) -> Contact:
    """The contact behind a page of the portal, which nobody else gets to see."""
    contact = contact_behind(request.user)
    assert contact is not None
    return contact


def _file(request: DeskRequest, form: RequestForm) -> Ticket:
    values = form.cleaned_data
    contact = contact_of(request)
    return create_ticket(
        actor=request.actor,
        contact=contact,
        channel=Channel.PORTAL,
        subject=values["subject"],
        body=values["text"],
        category=values["category"] or None,
        urgency=values["urgency"],
        service=values.get("service"),
        language=request.user.language,
        attachments=values["attachments"],
        dedup_key=f"portal:{contact.pk}:{values['token']}",
    )


def _accepted(request: DeskRequest, ticket: Ticket) -> HttpResponse:
    messages.success(request, _("Request %(number)s is with us.") % {"number": ticket.number})
    address = reverse("portal:request", args=[ticket.number])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def blame(form: forms.Form, error: DomainError) -> None:
    """Show a service's refusal at the field it names, keeping what was typed."""
    names = {"body": "text", **{name: name for name in form.fields}}
    form.add_error(names.get(error.extra.get("field", "")), error.detail)


def limits() -> dict[str, int]:
    """What the form says about files before anybody runs into it."""
    return {"megabytes": settings.ATTACHMENT_MAX_BYTES // 1024**2, "files": settings.ATTACHMENT_MAX_COUNT}


def _show(request: DeskRequest, form: RequestForm, status: int = 200) -> HttpResponse:
    template = "portal/_new_form.html" if request.htmx else "portal/new.html"
    return render(request, template, {"form": form, "limits": limits()}, status=status)


@contact_required
@require_POST
def suggest(request: DeskRequest) -> HttpResponse:
    """Articles that may solve it at once, from what has been typed so far; only what customers may read.

    A POST, because what customers type does not belong into addresses and their logs.
    """
    typed = f"{request.POST.get('subject', '')} {request.POST.get('text', '')}"[:TYPED_MAX]
    code = request.POST.get("category", "").upper()[:12].replace("\x00", "")
    category = Category.objects.for_customers().filter(code=code).first() if code else None
    context = {
        "hits": suggest_articles(
            actor=request.actor,
            text=typed,
            category_code=category.code if category else "",
            language=request.user.language,
            limit=4,
        ),
        "needs_authorised": bool(
            category and category.needs_authorised and not request.actor.has(Role.AUTHORISED)
        ),
    }
    return render(request, "portal/_suggestions.html", context)
