"""By which ways a customer can be told something, in which order, and when it may ring."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accounts.models import Contact, Customer
from accounts.queries import in_order_of, writable
from common import clock
from tickets.enums import MessageKind, Priority
from tickets.models import Ticket

# Who has written a moment ago is awake.
AWAKE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Way:
    """A channel (`messaging.enums.Channel`; kinds of addresses have the same words) and an address on it."""

    channel: str
    to: str


def ways_to(ticket: Ticket) -> list[Way]:
    """Where the request came from first, then the contact's own order; [] when nobody can be reached."""
    found = [Way(ticket.reply_channel, ticket.reply_to)] if ticket.reply_to else []
    if ticket.contact is not None:
        own = writable().filter(contact=ticket.contact)
        found += [Way(kind, value) for kind, value in in_order_of(ticket.contact, own)]
    return list(dict.fromkeys(found))


def zone_of(contact: Contact | None, customer: Customer | None) -> ZoneInfo:
    """The customer's own clock on the wall."""
    name = contact.user.time_zone if contact and contact.user else (customer.time_zone if customer else "")
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def quiet_until(ticket: Ticket) -> datetime | None:
    """The end of the contact's quiet hours when now is within them and the matter can wait; else None.

    P1 and P2 are never kept back, nor is an answer to somebody who has just written.
    """
    contact = ticket.contact
    if contact is None or contact.quiet_from is None or contact.quiet_until is None:
        return None
    if ticket.priority <= Priority.P2 or _is_awake(ticket):
        return None
    now = clock.now().astimezone(zone_of(contact, ticket.customer))
    start, end = contact.quiet_from, contact.quiet_until
    time = now.time()
    within = start <= time < end if start < end else (time >= start or time < end)
    if not within:
        return None
    until = now.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return until if until > now else until + timedelta(days=1)


def _is_awake(ticket: Ticket) -> bool:
    since = clock.now() - AWAKE
    return ticket.messages.filter(kind=MessageKind.CUSTOMER, occurred_at__gte=since).exists()


def sender_for(customer: Customer | None) -> str:
    """Whom a mail to the customer is from; '' is the desk's own address."""
    return customer.sender_address if customer else ""
