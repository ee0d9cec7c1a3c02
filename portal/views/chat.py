"""The chat in the corner of the portal: a live conversation that is a request like any other."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Contact
from accounts.permissions import contact_required
from common.errors import DomainError
from common.htmx import DeskRequest
from portal.forms import ChatForm
from portal.queries.chat import conversation, said
from portal.views.filing import blame
from tickets.enums import Channel
from tickets.services.creating import create_ticket
from tickets.services.receiving import receive_message


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
            _say(request, form)
            form = ChatForm()
        except DomainError as error:
            blame(form, error)
    ticket = conversation(request.actor)
    context = {"ticket": ticket, "said": said(request.actor, ticket), "chat_form": form}
    return render(request, "portal/_chat.html", context, status=422 if form.errors else 200)


def _say(request: DeskRequest, form: ChatForm) -> None:
    text = form.cleaned_data["text"]
    ticket = conversation(request.actor)
    if ticket is not None:
        receive_message(actor=request.actor, ticket_id=ticket.pk, text=text, channel=Channel.CHAT)
        return
    contact = Contact.objects.select_related("customer").get(user=request.user)
    # Whoever writes here sees the answer here; a receipt by mail would only come between.
    create_ticket(
        actor=request.actor, contact=contact, channel=Channel.CHAT, subject=" ".join(text.split())[:100], body=text,
        language=request.user.language, acknowledge=False, dedup_key=f"chat:{contact.pk}:{form.cleaned_data['token']}",
    )  # fmt: skip
