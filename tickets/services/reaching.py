"""By which ways a customer can be told something, in which order, and when it may ring."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accounts.enums import AddressKind
from accounts.models import Contact, ContactAddress, Customer
from common import clock
from messaging.enums import Channel
from tickets.enums import MessageKind, Priority
from tickets.models import Ticket

DEFAULT_ORDER = (AddressKind.MAIL, AddressKind.TELEGRAM)
CHANNEL_OF = {AddressKind.MAIL: Channel.MAIL, AddressKind.TELEGRAM: Channel.TELEGRAM}
# Who has written a moment ago is awake.
AWAKE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Way:
    """A channel and an address on it."""

    channel: str
    to: str


def ways_to(ticket: Ticket) -> list[Way]:
    """Where the request came from first, then the contact's own order; [] when nobody can be reached."""
    found = [Way(ticket.reply_channel, ticket.reply_to)] if ticket.reply_to else []
    if ticket.contact is not None:
        found += _of_contact(ticket.contact)
    return list(dict.fromkeys(found))


def _of_contact(contact: Contact) -> Iterator[Way]:
    order = [AddressKind(kind) for kind in contact.channels] or list(DEFAULT_ORDER)
    rows = ContactAddress.objects.filter(contact=contact).order_by("-is_primary", "pk")
    addresses: dict[str, str] = {}
    for row in rows:
        # A chat is tied to a contact by a key of the portal; a mail address may be written to in any case.
        if row.kind != AddressKind.TELEGRAM or row.is_verified:
            addresses.setdefault(row.kind, row.value)
    for kind in (*order, *DEFAULT_ORDER):
        if kind in CHANNEL_OF and kind in addresses:
            yield Way(CHANNEL_OF[kind], addresses[kind])


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
