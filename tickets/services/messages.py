"""Storing what was said. Every route to a message goes through here."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.errors import Invalid
from tickets.enums import MessageKind, Visibility
from tickets.models import Message, Ticket
from tickets.services import attaching
from tickets.services.attaching import Upload

TEXT_MAX = 200_000


def store(
    *,
    ticket: Ticket,
    actor: Actor,
    kind: MessageKind,
    text: str,
    channel: str | None = None,
    occurred_at: datetime | None = None,
    is_human: bool = True,
    quoted: str = "",
    attachments: Sequence[Upload] = (),
    external_id: str = "",
) -> Message:
    """One message with its files. A note is internal, everything else is public; there is no third way.

    Raises `Invalid` when there is neither text nor file, or too much of either.
    """
    clean = text.replace("\x00", "").strip()
    if not clean and not attachments:
        raise Invalid(_("Write something first."), field="text")
    if len(clean) > TEXT_MAX:
        raise Invalid(
            _("This is longer than %(max)d characters: attach it as a file.") % {"max": TEXT_MAX},
            field="text",
        )
    files = [attaching.check(file) for file in attaching.limited(attachments)]
    message = Message.objects.create(
        ticket=ticket,
        kind=kind,
        visibility=Visibility.INTERNAL if kind == MessageKind.NOTE else Visibility.PUBLIC,
        channel=channel or ticket.channel,
        author_user_id=actor.user_id if actor.is_operator else None,
        author_contact_id=actor.contact_id,
        author_name=actor.name,
        text=clean,
        quoted=quoted,
        is_human=is_human,
        external_id=external_id[:255],
        occurred_at=occurred_at or clock.now(),
    )
    for file in files:
        attaching.store(message=message, file=file)
    return message
