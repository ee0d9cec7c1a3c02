"""A public answer of the desk."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.errors import Conflict, NotAllowed
from tickets.enums import TERMINAL, EventType, MessageKind, State
from tickets.models import Message, Ticket
from tickets.services import informing, messages, recording
from tickets.services.attaching import Upload
from tickets.services.comparing import check_version
from tickets.services.locking import lock_family


@transaction.atomic
def reply(
    *,
    actor: Actor,
    ticket_id: int,
    text: str,
    attachments: Sequence[Upload] = (),
    is_automatic: bool = False,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Message:
    """Send the customer a message. A human one is the first response if there was none (§2.4 of the rules).

    A contact who answers goes through `services/receiving.py` instead. Raises `Missing`, `NotAllowed`, `Invalid`,
    and `Conflict` on a ticket that has ended.
    """
    if actor.is_contact:
        raise NotAllowed
    ticket = lock_family(Ticket.objects.visible_to(actor).select_related("category"), ticket_id)
    check_version(ticket, expected_version)
    if ticket.state in (*TERMINAL, State.SPAM):
        raise Conflict(_("This ticket has ended: reopen it or open a new one."), state=ticket.state)
    at = at or clock.now()
    human = actor.is_operator and not is_automatic
    message = messages.store(
        ticket=ticket, actor=actor, kind=MessageKind.REPLY if human else MessageKind.AUTOMATIC, text=text,
        occurred_at=at, is_human=human, attachments=attachments,
    )  # fmt: skip
    if human and ticket.first_response_at is None:
        ticket.first_response_at = at
    ticket.version += 1
    ticket.save(update_fields=["first_response_at", "version", "updated_at"])
    recording.record(
        ticket=ticket, type=EventType.MESSAGE, actor=actor, occurred_at=at, message_id=message.pk, kind=message.kind,
        public=True, human=human, channel=message.channel,
    )  # fmt: skip
    informing.send_message(ticket, message)
    return message
