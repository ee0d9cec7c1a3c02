"""The chat in the corner of the portal: a live conversation that is a request like any other."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import contact_required
from common.errors import DomainError
from common.htmx import DeskRequest
from portal.forms import ChatForm
from portal.queries.chat import conversation, said
from portal.services import chatting
from portal.views.filing import blame, contact_of


@contact_required
@require_GET
def talk(request: DeskRequest) -> HttpResponse:
    """What has been said so far; the page asks again when a bell rings."""
    ticket = conversation(request.actor)
    context = {"ticket": ticket, "said": said(request.actor, ticket), "chat_form": ChatForm()}
    template = "portal/_chat_talk.html" if request.GET.get("part") == "talk" else "portal/_chat.html"
    return render(request, template, context)


@contact_required
@require_POST
def say(request: DeskRequest) -> HttpResponse:
    """Say something: the first words open the request, the others follow on it."""
    form = ChatForm(request.POST)
    if form.is_valid():
        try:
            chatting.say(actor=request.actor, contact=contact_of(request), **form.cleaned_data)
            form = ChatForm()
        except DomainError as error:
            blame(form, error)
    ticket = conversation(request.actor)
    context = {"ticket": ticket, "said": said(request.actor, ticket), "chat_form": form}
    return render(request, "portal/_chat.html", context, status=422 if form.errors else 200)
