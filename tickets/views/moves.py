"""Life-cycle moves: one form for each, made from `services/commands.py`, shown in a dialog or as a page."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import operator_required
from common.errors import DomainError, GuardRefused, Missing
from common.htmx import DeskRequest
from knowledge.queries import suggest
from tickets.forms import MoveForm
from tickets.models import Ticket, lifecycle
from tickets.services import commands
from tickets.services.moving import BypassRequest, available, is_bypassable, move
from tickets.services.prioritising import matrix
from tickets.views.ticket import find
from tickets.views.wording import MOVES, outcome


@operator_required
@require_http_methods(["GET", "POST"])
def make(request: DeskRequest, number: str, transition: str) -> HttpResponse:
    """GET shows the form of a move, POST carries it out. A refusal comes back with everything that was typed."""
    ticket = find(request, number)
    if transition not in MOVES:
        raise Http404
    if request.method == "POST":
        return _carry_out(request, ticket, transition)
    typed = {"message": request.GET.get("text", "")}
    form = MoveForm(transition=transition, ticket=ticket, actor=request.actor, initial=typed)
    return _show(request, ticket, transition, form)


@operator_required
@require_POST
def accept(request: DeskRequest, number: str) -> HttpResponse:
    """One click in the queue: the first one wins and lands on the ticket, the second reads who was faster."""
    ticket = find(request, number)
    name = "take" if ticket.state == "queued" else "accept"
    try:
        move(actor=request.actor, ticket_id=ticket.pk, transition=name)
    except Missing:
        raise
    except DomainError as error:
        return _too_late(request, find(request, number), error)
    address = reverse("desk:ticket", args=[number])
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _too_late(request: DeskRequest, ticket: Ticket, error: DomainError) -> HttpResponse:
    text = error.detail
    if ticket.assignee_id and ticket.assignee_id != request.actor.user_id:
        text = _("%(number)s is already with %(who)s.") % {"number": ticket.number, "who": ticket.assignee}
    if not request.htmx:
        messages.error(request, text)
        return redirect("desk:queue")
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({"toast": {"text": text, "tone": "warn"}, "queue-refresh": ""})
    return response


def _carry_out(request: DeskRequest, ticket: Ticket, transition: str) -> HttpResponse:
    form = MoveForm(request.POST, transition=transition, ticket=ticket, actor=request.actor)
    if not form.is_valid():
        return _show(request, ticket, transition, form, status=422)
    why = form.cleaned_data.pop("bypass_why", "")
    risk = form.cleaned_data.pop("bypass_risk", "")
    version = form.cleaned_data.pop("version", None)
    try:
        move(
            actor=request.actor,
            ticket_id=ticket.pk,
            transition=transition,
            expected_version=version,
            bypass=BypassRequest(why=why, risk=risk) if why else None,
            **form.values(),
        )
    except Missing:
        raise
    except DomainError as error:
        form.refuse(error)
        return _show(request, find(request, ticket.number), transition, form, status=422, error=error)
    return _done(request, ticket, transition)


def _done(request: DeskRequest, ticket: Ticket, transition: str) -> HttpResponse:
    text = _("%(number)s: %(what)s") % {"number": ticket.number, "what": outcome(transition)}
    if not request.htmx:
        messages.success(request, text)
        return redirect("desk:ticket", ticket.number)
    events: dict[str, Any] = {
        "dialog-close": "",
        "ticket-refresh": "",
        "toast": {"text": text, "tone": "good"},
    }
    if transition in ("accept", "take"):
        events["composer-focus"] = ""
    if request.POST.get("from_composer"):
        events["composer-sent"] = {"ticket": ticket.number}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(events)})


def _show(
    request: DeskRequest,
    ticket: Ticket,
    transition: str,
    form: MoveForm,
    status: int = 200,
    error: DomainError | None = None,
) -> HttpResponse:
    asks_class = any(field.name == "impact" for field in commands.fields_of(transition))
    context = {
        "ticket": ticket,
        "transition": transition,
        "words": MOVES[transition],
        "form": form,
        "allowed": transition in {row.name for row in available(ticket, request.actor)},
        "matrix": json.dumps(matrix()) if asks_class else "",
        "from_composer": request.GET.get("from_composer") or request.POST.get("from_composer") or "",
        "bypass": (
            isinstance(error, GuardRefused) and is_bypassable(lifecycle.MOVES[transition], error.guard)
        )
        or bool(form["bypass_why"].value()),
        "here": f"line{ticket.line}",
    }
    template = "desk/_move.html" if request.htmx else "desk/move.html"
    return render(request, template, context, status=status)


@operator_required
@require_GET
def articles(request: DeskRequest, number: str) -> HttpResponse:
    """Instructions that may have helped, to pick one by a click when resolving."""
    ticket = find(request, number)
    first = ticket.messages.order_by("occurred_at", "pk").first()
    hits = suggest(
        actor=request.actor,
        text=f"{ticket.subject} {first.text[:400] if first else ''}",
        category_code=ticket.category.code if ticket.category else "",
        language=request.user.language,
    )
    return render(request, "desk/_articles.html", {"hits": hits})


@operator_required
@require_GET
def merge_targets(request: DeskRequest, number: str) -> HttpResponse:
    """Open tickets of the same customer to merge into, the newest first; their other readers are named."""
    ticket = find(request, number)
    others = Ticket.objects.visible_to(request.actor).open()
    same = (
        others.filter(customer=ticket.customer) if ticket.customer else others.filter(customer__isnull=True)
    )
    rows = same.exclude(pk=ticket.pk).select_related("contact").order_by("-pk")[:10]
    return render(request, "desk/_merge_targets.html", {"ticket": ticket, "targets": rows})
