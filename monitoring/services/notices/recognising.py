"""A customer who writes or calls during an incident: the desk knows why already, and says so."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.enums import Actor
from monitoring.enums import LIVE, HitState
from monitoring.models import IncidentClient
from monitoring.services.telling.writing import items_of
from tickets.enums import Channel, EventType, State
from tickets.models import Ticket, TicketEvent
from tickets.services.linking import link
from tickets.services.replying import reply

TELLING = (EventType.CREATED, EventType.RECLASSIFIED, EventType.MOVED)


def on_ticket_event(ticket: Ticket, event: TicketEvent) -> None:
    """Called within the transaction of the event; one indexed query for a customer's ticket, none for an alert's.

    The customer may be named only when the ticket is classified: both moments count.
    """
    if event.type not in TELLING or ticket.customer_id is None or ticket.parent_id is not None:
        return
    if ticket.channel == Channel.MONITORING or ticket.is_outbound or ticket.state == State.SPAM:
        return
    if event.type != EventType.CREATED and event.payload.get("transition") not in ("classify", "reclassify"):
        return
    row = hit(ticket.customer_id)
    if row is None:
        return
    if row.wrote_at is None:
        IncidentClient.objects.filter(pk=row.pk, wrote_at__isnull=True).update(wrote_at=ticket.received_at)
    link(ticket=ticket, parent=row.incident.ticket, actor=Actor.system())
    # Who called hears it from the operator; nothing automatic comes after a person.
    if ticket.channel != Channel.PHONE and ticket.first_response_at is None:
        reply(actor=Actor.system(), ticket_id=ticket.pk, text=answer(ticket, row), is_automatic=True)
    ticket.version = Ticket.objects.values_list("version", flat=True).get(pk=ticket.pk)


def hit(customer_id: int) -> IncidentClient | None:
    """The live incident that hits the customer now, the oldest of several."""
    rows = IncidentClient.objects.filter(customer=customer_id, incident__state__in=LIVE)
    found = rows.exclude(state=HitState.OK).exclude(state=HitState.UNKNOWN)
    return found.select_related("incident__ticket", "customer").order_by("incident").first()


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
