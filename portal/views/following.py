"""One request: reading it, answering, saying that it is solved or not."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.permissions import contact_required
from common.errors import DomainError
from common.htmx import DeskRequest
from portal.forms import CancelForm, ReopenForm, ReplyForm
from portal.queries.request import find_request, request_page
from portal.services.concluding import conclude
from portal.views.filing import blame, limits
from tickets.models import Attachment, Ticket
from tickets.services.moving import move
from tickets.services.receiving import receive_message
from tickets.views.files import serve


@contact_required
@require_GET
def page(request: DeskRequest, number: str) -> HttpResponse:
    """The request with its thread; htmx gets what changes while the page is open, not the message being written."""
    ticket = find_request(request.actor, number)
    return _show(request, ticket, None if request.htmx else ReplyForm())


def _show(request: DeskRequest, ticket: Ticket, form: ReplyForm | None, status: int = 200) -> HttpResponse:
    shown = request_page(request.actor, ticket)
    context = {"shown": shown, "ticket": ticket, "form": form, "limits": limits()}
    template = "portal/_request.html" if form is None else "portal/request.html"
    return render(request, template, context, status=status)


@contact_required
@require_POST
def reply(request: DeskRequest, number: str) -> HttpResponse:
    """Send a message. It lands on this request, or on a new one when this one has ended too long ago."""
    ticket = find_request(request.actor, number)
    form = ReplyForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            message = receive_message(
                actor=request.actor,
                ticket_id=ticket.pk,
                text=form.cleaned_data["text"],
                attachments=form.cleaned_data["attachments"],
                channel="portal",
            )
        except DomainError as error:
            blame(form, error)
        else:
            return _sent(request, ticket, message.ticket)
    if request.htmx:
        return render(
            request, "portal/_reply.html", {"form": form, "ticket": ticket, "limits": limits()}, status=422
        )
    return _show(request, ticket, form, status=422)


def _sent(request: DeskRequest, before: Ticket, after: Ticket) -> HttpResponse:
    if after.pk != before.pk and not Ticket.objects.visible_to(request.actor).filter(pk=after.pk).exists():
        # Joined to a colleague's request: the words arrived there, but that page is not this reader's.
        messages.success(request, _("Your message is with us."))
        return _back(request, before)
    address = reverse("portal:request", args=[after.number])
    if after.pk != before.pk:
        messages.info(request, _("This continues as request %(number)s.") % {"number": after.number})
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    if not request.htmx:
        return redirect(f"{address}#thread-end")
    context = {"form": ReplyForm(), "ticket": before, "limits": limits(), "sent": True}
    response = render(request, "portal/_reply.html", context)
    # Does not wait for the live bell, which may be off: the writer sees the own words at once.
    trigger_client_event(response, "portal-refresh", after="settle")
    return trigger_client_event(response, "composer-sent", {"ticket": str(before.pk)})


@contact_required
@require_POST
def solved(request: DeskRequest, number: str) -> HttpResponse:
    """«Solved», at any moment: the request is closed on the customer's word."""
    ticket = find_request(request.actor, number)
    conclude(actor=request.actor, ticket_id=ticket.pk)
    messages.success(request, _("Thank you. The request is closed."))
    return _back(request, ticket)


@contact_required
@require_http_methods(["GET", "POST"])
def reopen(request: DeskRequest, number: str) -> HttpResponse:
    """«Not solved»: asks what is wrong, then the work goes on."""
    ticket = find_request(request.actor, number)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    return _ask(request, ticket, form, "reopen", _("Thank you. We are on it again."))


@contact_required
@require_http_methods(["GET", "POST"])
def cancel(request: DeskRequest, number: str) -> HttpResponse:
    """Take the request back before work has begun."""
    ticket = find_request(request.actor, number)
    form = CancelForm(request.POST if request.method == "POST" else None)
    return _ask(request, ticket, form, "cancel", _("The request is cancelled."))


def _ask(
    request: DeskRequest, ticket: Ticket, form: forms.Form, transition: str, thanks: str
) -> HttpResponse:
    """A small form in a dialog, or on a page of its own without script; then the move."""
    if form.is_bound and form.is_valid():
        try:
            move(actor=request.actor, ticket_id=ticket.pk, transition=transition, **form.cleaned_data)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, thanks)
            return _back(request, ticket)
    template = f"portal/{'_' if request.htmx else ''}{transition}.html"
    return render(request, template, {"form": form, "ticket": ticket}, status=422 if form.errors else 200)


def _back(request: DeskRequest, ticket: Ticket) -> HttpResponse:
    address = reverse("portal:request", args=[ticket.number])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@contact_required
@require_GET
def attachment(request: DeskRequest, pk: int) -> HttpResponseBase:
    """A file of a message the contact may read, as a download; anything else is 404."""
    return serve(get_object_or_404(Attachment.objects.visible_to(request.actor), pk=pk))
