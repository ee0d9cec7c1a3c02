"""Words of the chat in the corner: the first ones open a request, the others follow on it."""

from uuid import UUID

from django.db import transaction

from accounts.enums import Actor
from accounts.models import Contact
from common.db import take_turns
from portal.queries.chat import conversation
from tickets.enums import Channel
from tickets.models import Ticket
from tickets.services.creating import create_ticket
from tickets.services.receiving import receive_message


@transaction.atomic
def say(*, actor: Actor, contact: Contact, text: str, token: UUID) -> Ticket:
    """The request that the words are on now. The same `token` opens one request only. Raises `Invalid`."""
    take_turns(f"chat:{contact.pk}")
    ticket = conversation(actor)
    if ticket is not None:
        return receive_message(actor=actor, ticket_id=ticket.pk, text=text, channel=Channel.CHAT).ticket
    # Whoever writes here sees the answer here; a receipt by mail would only come between.
    return create_ticket(
        actor=actor, contact=contact, channel=Channel.CHAT, subject=" ".join(text.split())[:100], body=text,
        language=contact.user.language if contact.user else None, acknowledge=False,
        dedup_key=f"chat:{contact.pk}:{token}",
    )  # fmt: skip
