"""What the desk mailed in the story: receipts and answers, with what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.enums import AddressKind
from accounts.models import ContactAddress
from helpdesk.demo.rows import Rows
from messaging.enums import OutboundState
from messaging.models import OutboundMessage
from messaging.services.tokens import message_id_for
from tickets.enums import Channel, MessageKind
from tickets.models import Message, Ticket

OURS = (MessageKind.REPLY, MessageKind.AUTOMATIC)
RECEIPTED = (Channel.MAIL, Channel.PORTAL)
# One answer in so many came back, so that the page that says so is seen.
RETURNED_EACH = 400
MAILBOX_FULL = "552 5.2.2 mailbox full"


def outbox(rows: Rows) -> Iterator[OutboundMessage]:
    """A row for each thing that had an address to go to, in the order it was written."""
    mail = ContactAddress.objects.filter(kind=AddressKind.MAIL, is_primary=True)
    addresses = dict(mail.values_list("contact_id", "value"))
    for ticket in rows.tickets:
        if ticket.channel in RECEIPTED and not ticket.is_outbound and (to := _to(ticket, addresses)):
            yield _row(
                ticket, f"ack:{ticket.pk}", to, ticket.received_at + timedelta(seconds=1), automatic=True
            )
    for message in rows.messages:
        if message.kind in OURS and (to := _to(message.ticket, addresses)):
            yield _answer(message, to)


def _to(ticket: Ticket, addresses: dict[int, str]) -> str:
    return ticket.reply_to or addresses.get(ticket.contact_id or 0, "")


def _answer(message: Message, to: str) -> OutboundMessage:
    row = _row(
        message.ticket, f"message:{message.pk}", to, message.occurred_at, text=message.text,
        automatic=not message.is_human,
    )  # fmt: skip
    if message.pk % RETURNED_EACH == 0:
        row.state, row.sent_at, row.last_error = OutboundState.DEAD, None, MAILBOX_FULL
    return row


def _row(
    ticket: Ticket, key: str, to: str, at: datetime, *, text: str = "", automatic: bool
) -> OutboundMessage:
    return OutboundMessage(
        key=key,
        to=to,
        subject=f"[{ticket.number}] {ticket.subject}"[:500],
        text=text,
        message_id=message_id_for(key=key, ticket_ref=ticket.number, address=to),
        ticket_ref=ticket.number,
        is_automatic=automatic,
        state=OutboundState.SENT,
        attempts=1,
        created_at=at,
        sent_at=at + timedelta(seconds=1 + ticket.pk % 4),
    )
