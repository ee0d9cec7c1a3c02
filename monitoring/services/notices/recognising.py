"""A customer who writes or calls during an incident: the desk knows why already, and says so."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common.errors import Conflict
from monitoring.enums import HitState
from monitoring.models import IncidentClient, Problem
from monitoring.queries.incidents import hit_of
from monitoring.services.telling.writing import items_of
from tickets.enums import Channel, EventType, MessageKind, State
from tickets.models import Message, Ticket, TicketEvent
from tickets.services import linking
from tickets.services.replying import reply

TELLING = (EventType.CREATED, EventType.RECLASSIFIED, EventType.MOVED)
# A client may notice before monitoring does; what is older than this is about something else.
EARLIER = timedelta(minutes=10)


def on_ticket_event(ticket: Ticket, event: TicketEvent) -> None:
    """Called within the transaction of the event; one indexed query for a customer's ticket, none for an alert's.

    The customer may be named only when the ticket is classified: both moments count.
    """
    if event.type not in TELLING or not _is_own_request(ticket):
        return
    if event.type != EventType.CREATED and event.payload.get("transition") not in ("classify", "reclassify"):
        return
    row = concerning(ticket)
    if row is None or _was_taken_off(ticket):
        return
    _hang(ticket, row, Actor.system())
    # Who called hears it from the operator; nothing automatic comes after a person.
    if ticket.channel != Channel.PHONE and ticket.first_response_at is None and _may_say(ticket, row):
        reply(actor=Actor.system(), ticket_id=ticket.pk, text=answer(ticket, row), is_automatic=True)
    ticket.version = Ticket.objects.values_list("version", flat=True).get(pk=ticket.pk)


def concerning(ticket: Ticket) -> IncidentClient | None:
    """The live incident that hits the ticket's customer, if the ticket is young enough to be about it."""
    if ticket.customer_id is None or ticket.parent_id is not None:
        return None
    row = hit_of(ticket.customer_id)
    return row if row is not None and _is_young(ticket, row) else None


@transaction.atomic
def connect(*, ticket: Ticket, actor: Actor) -> IncidentClient:
    """Hang a ticket on the incident that hits its customer; an operator says so.

    Raises `Conflict` if no incident does, or the ticket hangs on something else.
    """
    if ticket.parent_id is not None:
        raise Conflict(_("The ticket hangs on another one already."))
    row = hit_of(ticket.customer_id) if ticket.customer_id is not None else None
    if row is None:
        raise Conflict(_("No incident hits this client any more."))
    _hang(ticket, row, actor)
    return row


@transaction.atomic
def disconnect(*, ticket: Ticket, actor: Actor) -> None:
    """Take a ticket off its incident: it is about something else. It is not recognised again by itself.

    Raises `Conflict` for a ticket of alarms: those are taken out on the page of the incident.
    """
    if Problem.objects.filter(ticket=ticket, incident__isnull=False, excluded_at__isnull=True).exists():
        raise Conflict(_("Its alarms belong to the incident: take them out there."))
    linking.unlink(ticket=ticket, actor=actor)


def _is_own_request(ticket: Ticket) -> bool:
    return (
        ticket.customer_id is not None
        and ticket.channel != Channel.MONITORING
        and not ticket.is_outbound
        and ticket.state != State.SPAM
    )


def _was_taken_off(ticket: Ticket) -> bool:
    return ticket.events.filter(type=EventType.LINKED, payload__undone=True).exists()


def _hang(ticket: Ticket, row: IncidentClient, actor: Actor) -> None:
    # The ticket is locked before the client's row, as everywhere.
    linking.link(ticket=ticket, parent=row.incident.ticket, actor=actor)
    if _is_young(ticket, row):
        IncidentClient.objects.filter(pk=row.pk, wrote_at__isnull=True).update(wrote_at=ticket.received_at)


def _is_young(ticket: Ticket, row: IncidentClient) -> bool:
    return ticket.received_at >= row.incident.started_at - EARLIER


def _may_say(ticket: Ticket, row: IncidentClient) -> bool:
    """Once to each contact: what the client was told, or would be by itself; not what waits for a person's word.

    A stranger who writes from the customer's domain hears nothing of its services.
    """
    if ticket.contact_id is None or row.held or (row.told_at is None and row.state != HitState.DOWN):
        return False
    said = Message.objects.filter(
        ticket__parent=row.incident.ticket_id, ticket__contact=ticket.contact_id, kind=MessageKind.AUTOMATIC
    )
    return not said.exists()


def answer(ticket: Ticket, row: IncidentClient) -> str:
    """The approved text: what is hit of theirs, and that a person reads the request all the same."""
    rows = list(
        row.incident.services.filter(customer=row.customer_id)
        .exclude(state=HitState.OK)
        .select_related("service")
    )
    with translation.override(ticket.language or settings.LANGUAGE_CODE), timezone.override(
        ZoneInfo(row.customer.time_zone)
    ):  # fmt: skip
        context = {
            "items": items_of(rows),
            "number": row.incident.ticket.number,
            "since": row.incident.started_at,
        }
        return render_to_string("mail/incident_known.txt", context).strip()
