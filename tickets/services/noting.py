"""An internal note: the desk's own words, never sent to anybody outside."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.enums import Actor
from common import clock
from common.db import lock_one
from common.errors import NotAllowed
from tickets.enums import EventType, MessageKind
from tickets.models import Message, Ticket
from tickets.services import messages, recording
from tickets.services.attaching import Upload
from tickets.services.comparing import check_version


@transaction.atomic
def add_note(
    *,
    actor: Actor,
    ticket_id: int,
    text: str,
    attachments: Sequence[Upload] = (),
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Message:
    """Add a note in any state of the ticket. Contacts cannot: `NotAllowed`. Raises `Missing` and `Invalid`."""
    if actor.is_contact:
        raise NotAllowed
    ticket = lock_one(Ticket.objects.visible_to(actor).select_related("category"), ticket_id)
    check_version(ticket, expected_version)
    at = at or clock.now()
    message = messages.store(
        ticket=ticket, actor=actor, kind=MessageKind.NOTE, text=text, occurred_at=at, is_human=actor.is_human,
        attachments=attachments,
    )  # fmt: skip
    ticket.version += 1
    ticket.save(update_fields=["version", "updated_at"])
    recording.record(
        ticket=ticket, type=EventType.MESSAGE, actor=actor, occurred_at=at, message_id=message.pk, kind=message.kind,
        public=False, human=actor.is_human, channel=message.channel,
    )  # fmt: skip
    return message
