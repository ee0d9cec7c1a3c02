"""When a way out has failed for good: the same words by the next one, if there is one."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction

from messaging.enums import Channel
from messaging.models import OutboundMessage
from messaging.services import leasing
from messaging.services.sending import Draft, enqueue_all
from messaging.services.telegram.carrying import REPLY_HEADER
from messaging.services.telegram.splitting import split


@transaction.atomic
def give_up(message: OutboundMessage, why: str) -> bool:
    """Mark the message as not delivered, and put its next way into the outbox in the same transaction.

    False when the lease was lost meanwhile: somebody else decides about the message now.
    """
    if not leasing.mark_dead(message, why):
        return False
    if message.fallbacks:
        go_on_elsewhere([message])
    return True


def go_on_elsewhere(messages: Iterable[OutboundMessage]) -> None:
    """The next way of messages that were taken and came back after all. In the caller's transaction."""
    enqueue_all([draft for message in messages if message.fallbacks for draft in _next(message)])


def next_key(key: str, channel: str) -> str:
    """The key of the same words by another channel."""
    return f"{key}>{channel}"


def _next(message: OutboundMessage) -> list[Draft]:
    """The words by the next way: one message, or in a chat as many as they need."""
    way, *others = message.fallbacks
    whole = Draft(
        key=next_key(message.key, way["channel"]),
        channel=way["channel"],
        to=way["to"],
        subject=message.subject,
        text=way.get("text") or message.text,
        html=way.get("html") or "",
        ticket_ref=message.ticket_ref,
        headers={name: value for name, value in message.headers.items() if name != REPLY_HEADER},
        sender=message.sender,
        fallbacks=others,
        files=way.get("files") or (),
    )
    if whole.channel != Channel.TELEGRAM:
        return [whole]
    first, *rest = split(whole.text)
    later = [
        replace(whole, key=f"{whole.key}#{number}", text=text, fallbacks=())
        for number, text in enumerate(rest, start=2)
    ]
    return [replace(whole, text=first), *later]
