"""A customer's message on a ticket that exists, and what it does to the ticket (T11, T18–T20)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.db import lock_one
from common.errors import Conflict, NotAllowed
from tickets.enums import EventType, MessageKind, ReopenReason, State
from tickets.models import Message, Ticket
from tickets.services import creating, messages, recording
from tickets.services.attaching import Upload
from tickets.services.comparing import check_version
from tickets.services.guards.periods import within_reopen_window
from tickets.services.moving import move

# A short «thank you» on a resolved ticket is not a complaint (vector F04).
THANKS = re.compile(
    r"\W*(спасибо|благодар\w+|всё (ок|работает|отлично)|все (ок|работает|отлично)|отлично|супер|понял\w*|"
    r"thank(s| you)|great|perfect|all good|works? now)\b",
    re.IGNORECASE,
)
THANKS_MAX = 80
REOPENS_PER_HOUR = 3


@transaction.atomic
def receive_message(
    *,
    actor: Actor,
    ticket_id: int,
    text: str,
    attachments: Sequence[Upload] = (),
    channel: str | None = None,
    occurred_at: datetime | None = None,
    is_machine: bool = False,
    quoted: str = "",
    external_id: str = "",
    expected_version: int | None = None,
) -> Message:
    """Store what a contact wrote and let it move the ticket, as of the time it was received, not processed.

    Waiting for the customer ends; a resolved ticket reopens unless the message only says thanks; a closed one
    reopens inside its window, else a follow-up is opened and the message lands there. Machine mail is stored and
    changes nothing (guard G-HUMAN). Returns the stored message; its ticket may be another than the one named.
    """
    if not actor.is_contact:
        raise NotAllowed
    named = lock_one(Ticket.objects.visible_to(actor).select_related("category"), ticket_id)
    check_version(named, expected_version)
    ticket = _survivor(named)
    at = min(occurred_at or clock.now(), clock.now())
    if ticket.state == State.CANCELLED or (ticket.state == State.CLOSED and not within_reopen_window(ticket)):
        if is_machine:
            raise Conflict(_("This request has ended."))
        return _follow_up(named, actor, text, attachments, channel, at, external_id)
    message = messages.store(
        ticket=ticket, actor=actor, kind=MessageKind.CUSTOMER, text=text, channel=channel, occurred_at=at,
        is_human=not is_machine, quoted=quoted, attachments=attachments, external_id=external_id,
    )  # fmt: skip
    ticket.version += 1
    ticket.save(update_fields=["version", "updated_at"])
    recording.record(
        ticket=ticket, type=EventType.MESSAGE, actor=actor, occurred_at=at, message_id=message.pk,
        kind=MessageKind.CUSTOMER, public=True, human=not is_machine, channel=message.channel,
        thanks=is_thanks(text),
    )  # fmt: skip
    if not is_machine:
        _move_on(ticket, actor if ticket is named else _joined(actor, ticket), text, at)
    return message


def is_thanks(text: str) -> bool:
    """True for a short message that only says thanks."""
    return len(text.strip()) <= THANKS_MAX and THANKS.match(text.strip()) is not None and "?" not in text


def _survivor(ticket: Ticket) -> Ticket:
    """A reply to a merged ticket belongs to the one it was merged into."""
    while ticket.merged_into_id:
        ticket = lock_one(Ticket.objects.select_related("category"), ticket.merged_into_id)
    return ticket


def _joined(actor: Actor, survivor: Ticket) -> Actor:
    """We joined the requests, so whoever wrote the other one speaks on this one as its customer does."""
    return replace(actor, customer_id=survivor.customer_id, sees_organisation=True)


def _follow_up(
    ticket: Ticket,
    actor: Actor,
    text: str,
    attachments: Sequence[Upload],
    channel: str | None,
    at: datetime,
    external_id: str,
) -> Message:
    follow_up = creating.create_ticket(
        actor=actor, subject=ticket.subject, body=text, channel=channel or ticket.channel, customer=ticket.customer,
        contact=ticket.contact, service=ticket.service, received_at=at, attachments=attachments,
        language=ticket.language, reply_to=ticket.reply_to, reply_channel=ticket.reply_channel, follow_up_of=ticket, external_id=external_id,
    )  # fmt: skip
    first: Message = follow_up.messages.earliest("pk")
    return first


def _move_on(ticket: Ticket, actor: Actor, text: str, at: datetime) -> None:
    """The move that a human message of the customer makes in this state, if any."""
    system = Actor.system()
    if ticket.state == State.PENDING_CUSTOMER:
        move(actor=system, ticket_id=ticket.pk, transition="customer_answered", at=at)
    elif (
        ticket.state in (State.RESOLVED, State.CLOSED)
        and not is_thanks(text)
        and not _reopens_too_often(ticket)
    ):
        name = "reopen" if ticket.state == State.RESOLVED else "reopen_closed"
        move(actor=actor, ticket_id=ticket.pk, transition=name, at=at, reason=ReopenReason.NOT_FIXED)


def _reopens_too_often(ticket: Ticket) -> bool:
    """At most three reopens an hour: the back-stop against two machines talking to each other."""
    hour_ago = clock.now().timestamp() - 3600
    recent = ticket.events.filter(payload__transition__in=("reopen", "reopen_closed"))
    return sum(event.recorded_at.timestamp() > hour_ago for event in recent) >= REOPENS_PER_HOUR
