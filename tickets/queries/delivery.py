"""What became of the words we sent: handed over, waiting, refused, or only there to be read in the portal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from messaging.enums import OutboundState
from messaging.models import OutboundMessage
from tickets.enums import Channel
from tickets.models import Ticket

LOOKED_AT = 200


class Reached(StrEnum):
    """`delivered`: the receiving mail server has taken it. `portal`: it can be read there and was sent nowhere.

    `spoken`: said on the telephone. `nowhere`: no address is known and the contact has no access to the portal.
    """

    DELIVERED = "delivered"
    QUEUED = "queued"
    DELAYED = "delayed"
    FAILED = "failed"
    PORTAL = "portal"
    SPOKEN = "spoken"
    NOWHERE = "nowhere"


BY_STATE = {
    OutboundState.QUEUED: Reached.QUEUED,
    OutboundState.SENDING: Reached.QUEUED,
    OutboundState.SENT: Reached.DELIVERED,
    OutboundState.FAILED: Reached.DELAYED,
    OutboundState.DEAD: Reached.FAILED,
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """`at` is when it was handed over; `reason` the other side's words when it was not taken."""

    reached: Reached
    to: str = ""
    at: datetime | None = None
    reason: str = ""
    in_portal: bool = False


def outbox(number: str) -> dict[str, OutboundMessage]:
    """What was written to go out for a ticket, by key, the oldest first. One query."""
    rows = OutboundMessage.objects.filter(ticket_ref=number).defer("text", "html", "headers").order_by("pk")
    return {row.key: row for row in rows[:LOOKED_AT]}


def of_row(row: OutboundMessage, *, in_portal: bool) -> Delivery:
    return Delivery(BY_STATE[OutboundState(row.state)], row.to, row.sent_at, row.last_error, in_portal)


def of_message(ticket: Ticket, pk: int | None, sent: dict[str, OutboundMessage], channel: str) -> Delivery:
    """A public message of ours: by its row in the outbox, else by how else it can have been noticed."""
    in_portal = has_portal(ticket)
    row = _latest(sent, f"message:{pk}") if pk else None
    if row is not None:
        return of_row(row, in_portal=in_portal)
    if channel == Channel.PHONE and pk is None:
        return Delivery(Reached.SPOKEN)
    return Delivery(Reached.PORTAL if in_portal else Reached.NOWHERE, in_portal=in_portal)


def _latest(sent: dict[str, OutboundMessage], key: str) -> OutboundMessage | None:
    """The row of a message, or of the way it has fallen back to."""
    row = sent.get(key)
    others = [other for name, other in sent.items() if name.startswith(f"{key}>")]
    return others[-1] if others else row


def has_portal(ticket: Ticket) -> bool:
    """The contact can sign in and read what was said."""
    contact = ticket.contact
    return contact is not None and contact.is_active and contact.user_id is not None


def automatic(sent: Iterable[OutboundMessage], until: datetime | None) -> list[OutboundMessage]:
    """What machines sent before the instant, or so far."""
    return [row for row in sent if row.is_automatic and (until is None or row.created_at <= until)]
