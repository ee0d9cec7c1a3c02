"""Incidents as rows, without the alerts and the registry that would make them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from accounts.enums import Actor, AddressKind
from accounts.models import Contact, ContactAddress, Customer
from monitoring.enums import HitState
from monitoring.models import Incident, IncidentClient, IncidentService
from tests import factories
from tickets.enums import Channel
from tickets.models import Ticket
from tickets.services.creating import create_ticket

T0 = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
_keys = count(1)


def an_incident(cause: str = "ups-secret") -> Incident:
    """Under way since `T0`."""
    ticket = create_ticket(
        actor=Actor.monitoring("rows"), subject=cause, body=cause, channel=Channel.MONITORING, received_at=T0
    )
    return Incident.objects.create(
        ticket=Ticket.objects.get(pk=ticket.pk), cause_key=f"row:{next(_keys)}", cause_label=cause, started_at=T0,
        opened_at=T0,
    )  # fmt: skip


def a_client(
    incident: Incident, state: str = HitState.DOWN, *, since: datetime = T0, mail: bool = True, language: str = "en",
    labels: tuple[str, ...] = (), deadline_at: datetime | None = None, **fields: object,
) -> IncidentClient:  # fmt: skip
    """A client of the incident with one contact, and a service for each label (one of its own if there is none)."""
    customer = factories.CustomerFactory.create()
    a_contact(customer, mail=mail, language=language)
    row = IncidentClient.objects.create(
        incident=incident, customer=customer, state=state, worst=state, since=since,
        down_since=since if state == HitState.DOWN else None, **fields,
    )  # fmt: skip
    for label in labels or (f"service-of-{customer.code}",):
        IncidentService.objects.create(
            incident=incident, service=factories.ServiceFactory.create(customer=customer, name=label),
            customer=customer, state=state, worst=state, reason="power", since=since, deadline_at=deadline_at,
        )  # fmt: skip
    return row


def a_contact(customer: Customer, *, mail: bool = True, **fields: object) -> Contact:
    made: Contact = factories.ContactFactory.create(customer=customer, **fields)
    if mail:
        ContactAddress.objects.create(
            contact=made,
            kind=AddressKind.MAIL,
            value=f"c{made.pk}@client.example",
            is_primary=True,
            is_verified=True,
        )
    return made


def becomes(row: IncidentClient, state: str, at: datetime) -> IncidentClient:
    """As a judgement would write it."""
    row.refresh_from_db()
    row.state, row.since = state, at
    row.restored_at = at if state == HitState.OK else None
    row.down_since = (row.down_since or at) if state == HitState.DOWN else None
    row.save()
    row.incident.services.filter(customer=row.customer).update(state=state, since=at)
    return row
