"""The conversation of the chat in the corner."""

from accounts.enums import Actor
from tickets.enums import OPEN, Channel, State
from tickets.models import Message, Ticket
from tickets.queries import thread

SHOWN = 100


def conversation(actor: Actor) -> Ticket | None:
    """The contact's own newest chat that still goes on; None begins a new one."""
    if actor.contact_id is None:
        return None
    mine = Ticket.objects.visible_to(actor).filter(
        contact_id=actor.contact_id, channel=Channel.CHAT, reply_to=""
    )
    return mine.filter(state__in=(*OPEN, State.RESOLVED)).order_by("-pk").first()


def said(actor: Actor, ticket: Ticket | None) -> list[Message]:
    """The newest messages of it, oldest first."""
    if ticket is None:
        return []
    newest = thread(ticket, actor).order_by("-occurred_at", "-pk")[:SHOWN]
    return list(reversed(newest))
