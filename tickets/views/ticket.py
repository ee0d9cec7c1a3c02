"""The ticket page and the parts of it that refresh themselves."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import operator_required
from accounts.queries import contract_of
from common import clock
from common.htmx import DeskRequest
from messaging.enums import OutboundState
from tickets import queries
from tickets.enums import EventType, KbState, MessageKind
from tickets.models import Message, Ticket, TicketEvent
from tickets.permissions import can_judge_waiver, can_note, can_reply
from tickets.queries import delivery
from tickets.queries.bypasses import of_ticket
from tickets.queries.debts import debt_of
from tickets.services.moving import available
from tickets.views.bypasses import face
from tickets.views.wording import MOVES, MoveWords

# Messages stand in the thread themselves; that they were written need not be said again.
TOLD_APART = (EventType.MESSAGE, EventType.CREATED)
THREAD_MAX = 500
# What leaves later than this, after quiet hours for example, is not watched on its way.
SOON = timedelta(seconds=5)
SENT_KINDS = (MessageKind.REPLY, MessageKind.AUTOMATIC)


def find(request: DeskRequest, number: str) -> Ticket:
    """The ticket with this number, or 404."""
    related = (
        "category",
        "customer",
        "contact",
        "assignee",
        "service",
        "merged_into",
        "parent",
        "specialty",
        "kb_owner",
    )
    number = number.replace("\x00", "")
    found = Ticket.objects.visible_to(request.actor).select_related(*related).filter(number=number).first()
    if found is None:
        raise Http404
    return found


@operator_required
@require_GET
def page(request: DeskRequest, number: str) -> HttpResponse:
    """Everything an operator needs to answer; panels of other rooms load themselves."""
    ticket = find(request, number)
    context = _now(request, ticket) | {
        "here": f"line{ticket.line}" if ticket.is_open else "",
        "live_channels": [f"ticket:{ticket.pk}"],
        "addresses": ticket.contact.addresses.all() if ticket.contact else [],
        "contract": contract_of(ticket.customer_id),
        "can_reply": can_reply(request.actor, ticket),
        "can_note": can_note(request.actor, ticket),
        "max_bytes": settings.ATTACHMENT_MAX_BYTES,
        "max_count": settings.ATTACHMENT_MAX_COUNT,
    }
    return render(request, "desk/ticket.html", context)


@operator_required
@require_GET
def now(request: DeskRequest, number: str) -> HttpResponse:
    """The thread as it is now, with the head and the properties beside it.

    While a message is on its way only the thread is asked for: buttons must not be exchanged under a hand that presses.
    """
    template = "desk/_thread.html" if request.GET.get("part") == "thread" else "desk/_now.html"
    return render(request, template, _now(request, find(request, number)))


@operator_required
@require_GET
def history(request: DeskRequest, number: str) -> HttpResponse:
    """The whole event log in words."""
    ticket = find(request, number)
    context = {"ticket": ticket, "events": queries.events(ticket)[:2000], "here": f"line{ticket.line}"}
    return render(request, "desk/history.html", context)


def _now(request: DeskRequest, ticket: Ticket) -> dict[str, Any]:
    thread = thread_of(request, ticket)
    under_way = tell_delivery(ticket, thread)
    return {
        "under_way": under_way,
        "ticket": ticket,
        "thread": thread,
        "asked": question_of(thread),
        "moves": moves_of(request, ticket),
        "groups": ticket.working_groups.filter(closed_at__isnull=True).prefetch_related("members"),
        "bypasses": [face(request, bypass) for bypass in of_ticket(ticket)],
        "debt": debt_of(ticket),
        "judges_waiver": ticket.kb_state == KbState.WAIVED and can_judge_waiver(request.actor, ticket),
    }


def thread_of(request: DeskRequest, ticket: Ticket) -> list[Message | TicketEvent]:
    """Messages and the events between them, by time; the newest of very long threads."""
    messages = list(queries.thread(ticket, request.actor).order_by("-occurred_at", "-pk")[:THREAD_MAX])
    events = list(ticket.events.exclude(type__in=TOLD_APART).order_by("-occurred_at", "-pk")[:THREAD_MAX])
    both: list[Message | TicketEvent] = [*messages, *events]
    return sorted(both, key=lambda item: (item.occurred_at, isinstance(item, TicketEvent), item.pk))


def tell_delivery(ticket: Ticket, thread: list[Message | TicketEvent]) -> bool:
    """What became of each of our messages, on the message itself; True while one is under way. One query."""
    ours = [item for item in thread if isinstance(item, Message) and item.kind in SENT_KINDS]
    sent = delivery.outbox(ticket.number) if ours else {}
    for message in ours:
        found = delivery.of_message(ticket, message.pk, sent, message.channel)
        message.delivery = found  # type: ignore[attr-defined]  # for the template only
    soon = clock.now() + SOON
    waiting = [row for row in sent.values() if row.state in (OutboundState.QUEUED, OutboundState.SENDING)]
    return any(row.next_attempt_at <= soon for row in waiting)


def question_of(thread: list[Message | TicketEvent]) -> str:
    """What the customer said last, for suggestions of articles."""
    said = [item.text for item in thread if isinstance(item, Message) and not item.is_internal]
    return said[0][:400] if said else ""


def moves_of(request: DeskRequest, ticket: Ticket) -> dict[str, list[tuple[str, MoveWords]]]:
    """The moves allowed now: a few as buttons, the others in a menu."""
    names = [row.name for row in available(ticket, request.actor) if row.name in MOVES]
    offered = [(name, MOVES[name]) for name in names]
    return {
        "main": [(name, words) for name, words in offered if words.main],
        "menu": [(name, words) for name, words in offered if not words.main],
    }
