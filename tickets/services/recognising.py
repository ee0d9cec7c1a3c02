"""Whose mail is this, and which ticket does it answer? A number in a subject line is never an answer (G9)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from accounts.enums import Actor, AddressKind
from accounts.models import Contact, ContactAddress, Customer, Operator
from accounts.queries import contact_actor, contact_by_address
from messaging.models import InboundMessage
from messaging.services.authenticating import Trust
from messaging.services.parsing import ParsedMail
from messaging.services.tokens import Token, tokens_in, tokens_in_text
from tickets.models import Message, Ticket

MAX_TOKENS = 20
ANSWERS_SPAM = gettext_noop("answers a ticket marked as spam")
BOUNCE_SCAN = 200_000


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote. `customer` by the verified address of a contact, else by the domain, else None."""

    actor: Actor
    contact: Contact | None
    customer: Customer | None
    is_operator: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """The ticket a mail answers. `as_actor` may write to it; None means: holds our mail, but is not known to us."""

    ticket: Ticket
    as_actor: Actor | None


def sender_of(mail: ParsedMail) -> Sender:
    """The contact behind the From address. Nobody becomes an operator by mail: that is only noted.

    An address that the mail's own domain does not stand behind is nobody's (`messaging.services.authenticating`).
    """
    staff = Operator.objects.filter(user__email__iexact=mail.from_address, user__is_active=True)
    is_operator = bool(mail.from_address) and staff.exists()
    if not mail.trust.proves_sender:
        return Sender(stranger(mail, None), None, None, is_operator=is_operator)
    contact = contact_by_address(AddressKind.MAIL, mail.from_address) if mail.from_address else None
    if contact:
        return Sender(contact_actor(contact), contact, contact.customer)
    domain = mail.from_address.rpartition("@")[2]
    customer = Customer.objects.filter(is_active=True, domains__contains=[domain]).first() if domain else None
    return Sender(stranger(mail, customer), None, customer, is_operator=is_operator)


def is_known(address: str) -> bool:
    """A contact or a customer's domain stands behind the address, whoever wrote this mail."""
    domain = address.rpartition("@")[2]
    return (
        ContactAddress.objects.filter(kind=AddressKind.MAIL, value=address).exists()
        or Customer.objects.filter(is_active=True, domains__contains=[domain]).exists()
    )


def stranger(mail: ParsedMail, customer: Customer | None) -> Actor:
    """A person known by the address only; belongs to the customer whose domain it is."""
    return Actor.stranger(mail.from_name or mail.from_address, customer.pk if customer else None)


def thread_of(mail: ParsedMail, inbound: InboundMessage, sender: Sender) -> Thread | None:
    """The ticket by a signed token of ours, else by the thread of a contact who may see the ticket; None is new."""
    return _by_token(mail, inbound, sender) or _by_references(mail, inbound, sender)


def bounced_thread(inbound: InboundMessage) -> Thread | None:
    """The ticket whose mail came back: a delivery report carries our Message-ID somewhere in its body."""
    for token, ticket in _known(tokens_in_text(report_of(inbound))):
        if any(token.given_to(address) for address in _addresses(ticket)):
            return Thread(ticket, None)
    return None


def report_of(inbound: InboundMessage) -> str:
    """A delivery report as it came: its fields and the headers of our mail that it quotes."""
    return bytes(inbound.raw[:BOUNCE_SCAN]).decode("latin-1")


def _by_token(mail: ParsedMail, inbound: InboundMessage, sender: Sender) -> Thread | None:
    for token, ticket in _known(
        tokens_in(recipients=[*inbound.envelope_to, *mail.recipients], references=mail.references)
    ):
        if token.given_to(mail.from_address):
            return Thread(ticket, _writer(ticket, mail, sender))
        if any(token.given_to(address) for address in _addresses(ticket)):
            return Thread(ticket, sender.actor if sees(sender.contact, ticket) else None)
    return None


def _known(tokens: list[Token]) -> Iterator[tuple[Token, Ticket]]:
    """Tokens with the tickets they name, not yet judged."""
    for token in tokens[:MAX_TOKENS]:
        ticket = Ticket.objects.filter(number=token.ticket_ref).select_related("contact", "customer").first()
        if ticket is not None:
            yield token, ticket


def _writer(ticket: Ticket, mail: ParsedMail, sender: Sender) -> Actor | None:
    """We wrote to this very address about this ticket, so its owner speaks; as whom, if they may see it at all."""
    if sees(sender.contact, ticket):
        return sender.actor
    if mail.trust == Trust.FORGED or mail.from_address not in _addresses(ticket):
        return None
    return contact_actor(ticket.contact) if ticket.contact else stranger(mail, ticket.customer)


def _addresses(ticket: Ticket) -> set[str]:
    """Mail addresses that the ticket's own contact can be written to."""
    addresses = [ticket.reply_to]
    if ticket.contact_id:
        own = ContactAddress.objects.filter(contact_id=ticket.contact_id, kind=AddressKind.MAIL)
        addresses += own.values_list("value", flat=True)
    return {address.lower() for address in addresses if address}


def _by_references(mail: ParsedMail, inbound: InboundMessage, sender: Sender) -> Thread | None:
    if sender.contact is None:
        return None
    answered = (
        [*mail.references, inbound.conflicts_with.message_id] if inbound.conflicts_with else mail.references
    )
    if not answered:
        return None
    messages = Message.objects.visible_to(sender.actor).filter(external_id__in=answered)
    newest = messages.select_related("ticket").order_by("-pk").first()
    return Thread(newest.ticket, sender.actor) if newest else None


def sees(contact: Contact | None, ticket: Ticket) -> bool:
    """The contact may read the ticket, and so may write on it."""
    return (
        contact is not None
        and Ticket.objects.visible_to(contact_actor(contact)).filter(pk=ticket.pk).exists()
    )
