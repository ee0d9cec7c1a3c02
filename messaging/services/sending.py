"""The outbox: a message is a row first, in the transaction that decided on it; sending comes later, with a lease."""

import re
from collections.abc import Mapping
from datetime import timedelta

from django.db.models.functions import Now

from messaging.enums import Channel, OutboundState
from messaging.models import OutboundMessage
from messaging.services import doorbell
from messaging.services.tokens import message_id_for

# Back-stop against two machines answering each other (G10): automatic messages to one address in an hour.
AUTOMATIC_PER_HOUR = 20
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")
NO_ADDRESS = "this is not a mail address"
TOO_MANY = "too many automatic messages to this address within an hour"


def enqueue(
    *,
    key: str,
    channel: str = Channel.MAIL,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    ticket_ref: str = "",
    headers: Mapping[str, str] | None = None,
) -> OutboundMessage:
    """Put one message into the outbox, in the caller's transaction. The same `key` again returns the first row.

    A header `Auto-Submitted` marks the message as automatic; past `AUTOMATIC_PER_HOUR` to one address it is kept
    as dead instead of sent. An address that cannot exist makes a dead row too: what is wrong with a customer's card
    must not stop an operator from answering.
    """
    address = one_line(to).strip()[:320]
    clean = {one_line(name): one_line(value) for name, value in (headers or {}).items()}
    automatic = any(
        name.lower() == "auto-submitted" and value.lower() != "no" for name, value in clean.items()
    )
    trouble = _trouble(address, channel, automatic)
    message, created = OutboundMessage.objects.get_or_create(
        key=key,
        defaults={
            "channel": channel,
            "to": address,
            "subject": one_line(subject)[:500],
            "text": text.replace("\x00", ""),
            "html": html.replace("\x00", ""),
            "headers": clean,
            "ticket_ref": ticket_ref,
            "is_automatic": automatic,
            "message_id": message_id_for(key=key, ticket_ref=ticket_ref, address=address),
            "state": OutboundState.DEAD if trouble else OutboundState.QUEUED,
            "last_error": trouble,
        },
    )
    if created and not trouble:
        doorbell.after_commit("messaging.send_outbox", queue="mail_out")
    return message


def _trouble(address: str, channel: str, automatic: bool) -> str:
    """Why a message must not even be tried; '' when it may."""
    if channel != Channel.MAIL:
        return ""
    if address.count("@") != 1 or " " in address or "," in address:
        return NO_ADDRESS
    return TOO_MANY if automatic and _too_many(address) else ""


def revive(*, message_id: int) -> bool:
    """Give a dead message another round of attempts. False when it is not dead."""
    return bool(
        OutboundMessage.objects.filter(pk=message_id, state=OutboundState.DEAD).update(
            state=OutboundState.QUEUED, attempts=0, next_attempt_at=Now(), last_error=""
        )
    )


def one_line(value: str) -> str:
    """A header value that cannot start another header."""
    return CONTROL.sub(" ", value)


def _too_many(address: str) -> bool:
    """Counts by address, whatever the ticket; the sweep's index makes it one short range."""
    recent = OutboundMessage.objects.filter(
        to=address, is_automatic=True, created_at__gt=Now() - timedelta(hours=1)
    )
    return recent[:AUTOMATIC_PER_HOUR].count() >= AUTOMATIC_PER_HOUR
