"""A small form in a dialog, or as a page of its own where there is no script; what a step answers when it is done."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from common.htmx import DeskRequest
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Words:
    """What the dialog says: its head, the button, a sentence above the fields."""

    title: str | Promise
    verb: str | Promise
    explain: str | Promise = ""


def ask(
    request: DeskRequest, ticket: Ticket, form: forms.Form, words: Words, *, status: int = 200, **more: object
) -> HttpResponse:
    template = "desk/_ask.html" if request.htmx else "desk/ask.html"
    context = {"ticket": ticket, "form": form, "words": words, "action": request.path, **more}
    return render(request, template, context, status=status)


def done(request: DeskRequest, ticket: Ticket, text: str, *, tone: str = "good") -> HttpResponse:
    """The dialog closes and every part of the page that shows the ticket loads itself anew."""
    if not request.htmx:
        (messages.success if tone == "good" else messages.warning)(request, text)
        return redirect("desk:ticket", ticket.number)
    events = {"dialog-close": "", "ticket-refresh": "", "toast": {"text": text, "tone": tone}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(events)})
