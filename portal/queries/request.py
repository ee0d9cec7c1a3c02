"""One request as its customer sees it."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from accounts.enums import Actor
from portal.permissions import Choices, choices_for
from portal.queries.promises import Promises, promises_of
from tickets.enums import OPEN, PENDING, State
from tickets.models import Message, Ticket
from tickets.queries import thread
from tickets.services.guards.periods import within_reopen_window

ACCEPTED, WORKING, SOLVED, CLOSED = range(4)


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of the progress line; `standing` is ``done``, ``now`` or ``ahead``."""

    label: str | Text
    standing: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class RequestPage:
    """Everything the page of one request shows."""

    ticket: Ticket
    steps: list[Step]
    promises: Promises
    messages: list[Message]
    choices: Choices
    ends_as: str
    relatives: dict[str, Ticket | None]


def find_request(actor: Actor, number: str) -> Ticket:
    """The request in the contact's sight. Raises 404, never a hint that it exists."""
    scope = Ticket.objects.visible_to(actor).select_related("category", "contact", "service")
    found = scope.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def request_page(actor: Actor, ticket: Ticket) -> RequestPage:
    """Read in a constant number of queries, whatever the length of the thread."""
    return RequestPage(
        ticket=ticket,
        steps=steps_of(ticket),
        promises=promises_of([ticket])[ticket.pk],
        messages=list(thread(ticket, actor)),
        choices=choices_for(actor, ticket),
        ends_as=what_a_message_does(ticket),
        relatives=_relatives(actor, ticket),
    )


def steps_of(ticket: Ticket) -> list[Step]:
    """Accepted → working → solved → closed, with the times that are known; a cancelled one ends early."""
    first = Step(_("Accepted"), "done", ticket.received_at)
    if ticket.state in (State.CANCELLED, State.MERGED):
        return [first, Step(ticket.customer_state, "now", ticket.ended_at)]
    now = _position(ticket)
    stops = [
        (_("Accepted"), ticket.received_at),
        (ticket.customer_state if ticket.state in PENDING else _("In work"), ticket.first_response_at),
        (_("Solved"), ticket.resolved_at),
        (_("Closed"), ticket.closed_at),
    ]
    return [
        Step(
            label, "done" if index < now else "now" if index == now else "ahead", at if index <= now else None
        )
        for index, (label, at) in enumerate(stops)
    ]


def _position(ticket: Ticket) -> int:
    places = {State.NEW: ACCEPTED, State.TRIAGE: ACCEPTED, State.RESOLVED: SOLVED, State.CLOSED: CLOSED}
    return places.get(State(ticket.state), WORKING)


def what_a_message_does(ticket: Ticket) -> str:
    """What writing here leads to: ``add``, ``answer``, ``reopen`` or ``follow_up``, as `receive_message` will decide."""
    if ticket.state == State.PENDING_CUSTOMER:
        return "answer"
    if ticket.state in OPEN or ticket.state == State.MERGED:
        return "add"
    if ticket.state == State.RESOLVED or (ticket.state == State.CLOSED and within_reopen_window(ticket)):
        return "reopen"
    return "follow_up"


def _relatives(actor: Actor, ticket: Ticket) -> dict[str, Ticket | None]:
    """Linked requests, as far as the contact may see them."""
    visible = Ticket.objects.visible_to(actor).only(
        "number", "subject", "state", "merged_into", "follow_up_of"
    )
    ids = {"merged_into": ticket.merged_into_id, "follow_up_of": ticket.follow_up_of_id}
    named = {other.pk: other for other in visible.filter(pk__in=[pk for pk in ids.values() if pk])}
    found = {name: named.get(pk) if pk else None for name, pk in ids.items()}
    return {**found, "follow_up": visible.filter(follow_up_of=ticket).order_by("-pk").first()}
