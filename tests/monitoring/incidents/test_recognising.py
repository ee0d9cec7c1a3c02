"""A client who writes or calls during an incident: recognised, linked, told once, and answered by a person all the same."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.template.loader import render_to_string

from accounts.enums import Actor
from accounts.models import Contact
from accounts.queries import contact_actor
from common.errors import Conflict
from messaging.enums import OutboundState
from messaging.models import OutboundMessage
from messaging.services.delivering import send_due
from monitoring.enums import HitState
from monitoring.models import ClientNotice, IncidentClient
from monitoring.queries import incidents as queries
from monitoring.services.notices import recognising
from monitoring.services.notices.planning import plan
from monitoring.services.telling.writing import Item
from tests import factories
from tests.messaging.factories import raw_mail, received
from tests.monitoring.incident_rows import T0, a_client, a_contact, an_incident
from tests.tickets.desk import CLASS
from tests.tickets.test_routing_mail import report
from tickets.enums import Channel, EventType, MessageKind
from tickets.models import Ticket
from tickets.services.creating import create_ticket
from tickets.services.moving import move
from tickets.services.routing import route

pytestmark = pytest.mark.django_db


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


def contact_of(row: IncidentClient) -> Contact:
    return Contact.objects.get(customer=row.customer)


def writes(contact: Contact, second: float = 120, **fields: Any) -> Ticket:
    with time_machine.travel(at(second), tick=False):
        made = factories.ticket(contact_actor(contact), **fields)
    return Ticket.objects.get(pk=made.pk)


def mails(second: float = 120, **fields: Any) -> Ticket:
    with time_machine.travel(at(second), tick=False):
        inbound = received(raw_mail(**fields))
        route(message_id=inbound.pk)
    inbound.refresh_from_db()
    return Ticket.objects.get(number=inbound.routed_to)


def classify(ticket: Ticket, person: Actor) -> None:
    move(actor=person, ticket_id=ticket.pk, transition="accept")
    move(actor=person, ticket_id=ticket.pk, transition="classify", message="We are looking.", **CLASS)


def said(ticket: Ticket) -> list[str]:
    return list(ticket.messages.filter(kind=MessageKind.AUTOMATIC).values_list("text", flat=True))


def wrote(row: IncidentClient) -> datetime | None:
    row.refresh_from_db()
    return row.wrote_at


def test_second_request_of_a_contact_is_linked_without_the_text_and_a_colleague_gets_it_too() -> None:
    incident = an_incident()
    row = a_client(incident)
    first, again = writes(contact_of(row)), writes(contact_of(row), 300)
    colleague = writes(a_contact(row.customer), 400)
    assert {one.parent for one in (first, again, colleague)} == {incident.ticket}
    assert [len(said(one)) for one in (first, again, colleague)] == [1, 0, 1]
    assert wrote(row) == at(120)
    assert again.next_due_kind == "FR"


@pytest.mark.parametrize(
    ("state", "fields", "texts"),
    [
        (HitState.DOWN, {}, 1),
        (HitState.DOWN, {"held": "answers"}, 0),
        (HitState.AT_RISK, {}, 0),
        (HitState.AT_RISK, {"told_at": T0, "told_state": HitState.AT_RISK}, 1),
        (HitState.UNKNOWN, {}, 0),
    ],
)
def test_text_says_only_what_may_be_said_without_a_person(
    state: HitState, fields: dict[str, Any], texts: int
) -> None:
    incident = an_incident()
    ticket = writes(contact_of(a_client(incident, state, **fields)))
    assert ticket.parent == incident.ticket
    assert len(said(ticket)) == texts


def test_of_two_incidents_it_is_about_the_one_that_hits_harder() -> None:
    light, hard = an_incident(), an_incident()
    row = a_client(light, HitState.DEGRADED)
    IncidentClient.objects.create(
        incident=hard,
        customer=row.customer,
        state=HitState.DOWN,
        worst=HitState.DOWN,
        since=T0,
        down_since=T0,
    )
    assert writes(contact_of(row)).parent == hard.ticket


def test_client_that_is_well_is_not_connected() -> None:
    row = a_client(an_incident(), HitState.OK)
    assert writes(contact_of(row)).parent is None
    assert wrote(row) is None


def test_who_calls_is_linked_and_hears_it_from_the_operator() -> None:
    incident = an_incident()
    row = a_client(incident)
    contact = contact_of(row)
    with time_machine.travel(at(60), tick=False):
        made = create_ticket(
            actor=factories.operator(1), subject="No power", body="Called.", channel=Channel.PHONE,
            customer=row.customer, contact=contact,
        )  # fmt: skip
    ticket = Ticket.objects.get(pk=made.pk)
    assert (ticket.parent, said(ticket), wrote(row)) == (incident.ticket, [], at(60))


def test_request_from_before_the_incident_is_about_something_else_however_it_is_reclassified() -> None:
    row = a_client(an_incident())
    contact = contact_of(row)
    IncidentClient.objects.filter(pk=row.pk).update(state=HitState.OK)
    old = writes(contact, -7200)
    IncidentClient.objects.filter(pk=row.pk).update(state=HitState.DOWN)
    person = factories.operator(1)
    with time_machine.travel(at(200), tick=False):
        classify(old, person)
    assert Ticket.objects.get(pk=old.pk).parent is None
    assert wrote(row) is None


def test_ticket_taken_off_stays_off_until_a_person_connects_it_again() -> None:
    incident = an_incident()
    row = a_client(incident)
    ticket, person = writes(contact_of(row)), factories.operator(1)
    recognising.disconnect(ticket=ticket, actor=person)
    with time_machine.travel(at(200), tick=False):
        classify(ticket, person)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert ticket.parent is None
    recognising.connect(ticket=ticket, actor=person)
    assert Ticket.objects.get(pk=ticket.pk).parent == incident.ticket
    assert ticket.events.filter(type=EventType.LINKED).count() == 3


def test_what_hangs_on_something_else_or_on_nothing_is_not_connected() -> None:
    incident = an_incident()
    row = a_client(incident)
    linked, person = writes(contact_of(row)), factories.operator(1)
    with pytest.raises(Conflict):
        recognising.connect(ticket=linked, actor=person)
    with pytest.raises(Conflict):
        recognising.connect(ticket=factories.ticket(), actor=person)


def test_answer_to_a_notice_becomes_a_ticket_of_that_client_not_of_the_incident() -> None:
    incident = an_incident()
    row, other = a_client(incident), a_client(incident)
    plan(incident=incident, now=at(80))
    notice = ClientNotice.objects.select_related("message").get(customer=row.customer)
    assert notice.message is not None
    ticket = mails(
        sender=notice.message.to, subject=f"Re: {notice.subject}", text="When?",
        In_Reply_To=notice.message.message_id, References=notice.message.message_id,
    )  # fmt: skip
    assert ticket != incident.ticket
    assert (ticket.customer, ticket.parent) == (row.customer, incident.ticket)
    assert other.customer.name not in "".join(said(ticket))
    assert not incident.ticket.messages.filter(kind=MessageKind.CUSTOMER).exists()
    assert queries.telling(incident).before_they_wrote == 1


def test_stranger_of_the_customers_domain_is_linked_and_hears_nothing_of_its_services() -> None:
    incident = an_incident()
    row = a_client(incident)
    row.customer.domains = ["client.example"]
    row.customer.save()
    ticket = mails(sender="someone.else@client.example", subject="Is it down?")
    assert (ticket.customer, ticket.parent) == (row.customer, incident.ticket)
    assert said(ticket) == []


def test_notice_that_comes_back_is_shown_as_not_delivered() -> None:
    incident = an_incident()
    a_client(incident)
    plan(incident=incident, now=at(80))
    send_due()
    sent = OutboundMessage.objects.get()
    route(message_id=received(report(sent.message_id, b"failed"), envelope_from="").pk)
    sent.refresh_from_db()
    assert (sent.state, sent.last_error) == (OutboundState.DEAD, "552 5.2.2 mailbox full")
    assert queries.telling(incident).undelivered == 1


def test_absence_note_to_a_notice_opens_nothing() -> None:
    incident = an_incident()
    a_client(incident)
    plan(incident=incident, now=at(80))
    before = Ticket.objects.count()
    sent = OutboundMessage.objects.get()
    raw = raw_mail(sender=sent.to, subject="Away", Auto_Submitted="auto-replied", In_Reply_To=sent.message_id)
    route(message_id=received(raw).pk)
    assert Ticket.objects.count() == before


@pytest.mark.parametrize("template", ["mail/incident_items.txt", "mail/works_items.txt"])
def test_list_in_a_mail_is_followed_by_one_empty_line(template: str) -> None:
    """The line break after the include is the second: a customer must not see a hole in the text."""
    item = Item(label="rack 07", state="does not work", reason="", until=None, code="down")
    listed = render_to_string(template, {"items": [item]})
    assert listed.endswith("\n")
    assert not listed.endswith("\n\n")
