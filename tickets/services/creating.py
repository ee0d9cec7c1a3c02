"""T01 and T20: opening a ticket."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from accounts.models import Contact, Customer
from assets.models import Service
from common import clock
from common.errors import Invalid
from messaging.enums import Channel as MessagingChannel
from tickets.enums import Channel, EventType, MessageKind, Priority, State
from tickets.models import Category, Ticket
from tickets.services import categories, informing, messages, recording
from tickets.services.attaching import Upload
from tickets.services.contracting import terms_of

SUBJECT_MAX = 300
# On the telephone a person speaks, and an alert expects no receipt.
ACKNOWLEDGED = (Channel.MAIL, Channel.PORTAL, Channel.CHAT)


def next_number(at: datetime) -> str:
    """Year and a sequence that never goes back, for example ``26-0012345``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ticket_number')")
        return f"{at:%y}-{cursor.fetchone()[0]:07d}"


@transaction.atomic
def create_ticket(
    *,
    actor: Actor,
    subject: str,
    body: str,
    channel: str,
    category: str | None = None,
    customer: Customer | None = None,
    contact: Contact | None = None,
    service: Service | None = None,
    received_at: datetime | None = None,
    answered_at: datetime | None = None,
    impact: int | None = None,
    urgency: int | None = None,
    priority: int | None = None,
    language: str | None = None,
    dedup_key: str | None = None,
    reply_to: str = "",
    reply_channel: str = MessagingChannel.MAIL,
    attachments: Sequence[Upload] = (),
    external_id: str = "",
    is_outbound: bool = False,
    acknowledge: bool = True,
    follow_up_of: Ticket | None = None,
    parent: Ticket | None = None,
    details: dict[str, Any] | None = None,
) -> Ticket:
    """Open a ticket on line 1 with its first message, start its clocks and tell the shift.

    `received_at` is when the customer or the alert spoke (§2.4 of the rules), now by default; `answered_at` when an
    operator picked up the call. With a `dedup_key`
    that an earlier ticket has, that ticket is returned unchanged (guard G-DEDUP). `details` go into the event.
    Raises `Invalid` for an empty subject or an unknown category, service or contact of another customer.
    """
    known = dedup_key and Ticket.objects.filter(dedup_key=dedup_key).first()
    if known:
        return known
    now = clock.now()
    _check(subject, customer, contact, service)
    customer = customer or (contact.customer if contact else None)
    ticket = Ticket(
        number=next_number(now),
        subject=" ".join(subject.replace("\x00", "").split())[:SUBJECT_MAX],
        channel=channel,
        language=language or (contact or customer or Ticket()).language,
        customer=customer,
        contact=contact,
        reply_to=reply_to,
        reply_channel=reply_channel,
        service=service,
        category=_category(category),
        impact=impact,
        urgency=urgency,
        priority=priority or Priority.P3,
        received_at=min(received_at or now, now),
        dedup_key=dedup_key,
        is_outbound=is_outbound,
        follow_up_of=follow_up_of,
        parent=parent,
    )
    if not _insert(ticket):
        return Ticket.objects.get(dedup_key=dedup_key)
    messages.store(
        ticket=ticket, actor=actor, kind=_kind_of_first(actor, is_outbound), text=body, channel=channel,
        occurred_at=ticket.received_at, is_human=actor.is_human, attachments=attachments, external_id=external_id,
    )  # fmt: skip
    recording.record(
        ticket=ticket, type=EventType.CREATED, actor=actor, occurred_at=ticket.received_at,
        **_snapshot(ticket), **(details or {}),
    )  # fmt: skip
    if channel == Channel.PHONE and (actor.is_operator or answered_at):
        _answered(ticket, actor, answered_at or now)
    if acknowledge and channel in ACKNOWLEDGED and not is_outbound:
        informing.acknowledge(ticket)
    return ticket


def _insert(ticket: Ticket) -> bool:
    """Insert the row; False when another worker has just inserted one with the same key."""
    if ticket.dedup_key is None:
        ticket.save()
        return True
    try:
        with transaction.atomic():
            ticket.save()
    except IntegrityError:
        if Ticket.objects.filter(dedup_key=ticket.dedup_key).exists():
            return False
        raise
    return True


def _kind_of_first(actor: Actor, is_outbound: bool) -> MessageKind:
    """What a customer said is the customer's, whoever typed it; an alert's text is for the desk only."""
    if actor.is_operator:
        return MessageKind.REPLY if is_outbound else MessageKind.CUSTOMER
    return MessageKind.CUSTOMER if actor.is_contact else MessageKind.NOTE


def _answered(ticket: Ticket, actor: Actor, at: datetime) -> None:
    """On the telephone the answer comes before the ticket: a person took the call, so the first response is met."""
    ticket.first_response_at = at
    ticket.save(update_fields=["first_response_at", "updated_at"])
    recording.record(
        ticket=ticket, type=EventType.MESSAGE, actor=actor, occurred_at=at,
        kind=MessageKind.REPLY, public=True, human=True, channel=Channel.PHONE,
    )  # fmt: skip


def _check(subject: str, customer: Customer | None, contact: Contact | None, service: Service | None) -> None:
    if not subject.strip():
        raise Invalid(_("Say in a few words what it is about."), field="subject")
    if contact and customer and contact.customer_id != customer.pk:
        raise Invalid(_("This contact belongs to another customer."), field="contact")
    owner = customer or (contact.customer if contact else None)
    if service and service.customer_id and (owner is None or service.customer_id != owner.pk):
        raise Invalid(_("This service belongs to another customer."), field="service")


def _category(code: str | None) -> Category | None:
    if not code:
        return None
    found = categories.active(code)
    if found is None:
        raise Invalid(_("There is no category “%(code)s”.") % {"code": code}, field="category")
    return found


def _snapshot(ticket: Ticket) -> dict[str, Any]:
    """What the clocks of this ticket depend on, kept in the event so that a replay gives the same clocks."""
    return {
        "channel": ticket.channel,
        "received_at": ticket.received_at.isoformat(),
        "outbound": ticket.is_outbound,
        "hidden": ticket.state == State.SPAM,
        "service_id": ticket.service_id,
        **terms_of(ticket.customer_id),
    }
