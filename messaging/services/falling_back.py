"""When a way out has failed for good: the same words by the next one, if there is one."""

from collections.abc import Iterable

from django.db import transaction

from messaging.models import OutboundMessage
from messaging.services import leasing
from messaging.services.sending import Draft, enqueue_all


@transaction.atomic
def give_up(message: OutboundMessage, why: str) -> bool:
    """Mark the message as not delivered, and put its next way into the outbox in the same transaction.

    False when the lease was lost meanwhile: somebody else decides about the message now.
    """
    if not leasing.mark_dead(message, why):
        return False
    if message.fallbacks:
        enqueue_all([_next(message)])
    return True


def go_on_elsewhere(messages: Iterable[OutboundMessage]) -> None:
    """The next way of messages that were taken and came back after all. In the caller's transaction."""
    enqueue_all([_next(message) for message in messages if message.fallbacks])


def next_key(key: str, channel: str) -> str:
    """The key of the same words by another channel."""
    return f"{key}>{channel}"


def _next(message: OutboundMessage) -> Draft:
    way, *others = message.fallbacks
    return Draft(
        key=next_key(message.key, way["channel"]),
        channel=way["channel"],
        to=way["to"],
        subject=message.subject,
        text=way.get("text") or message.text,
        html=way.get("html") or "",
        ticket_ref=message.ticket_ref,
        headers=message.headers,
        sender=message.sender,
        fallbacks=others,
        files=message.files,
    )
