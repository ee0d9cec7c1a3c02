"""What the customer is told, and by which way out. Everything leaves through the outbox."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import AddressKind
from accounts.models import ContactAddress
from messaging.services.sending import enqueue
from tickets.models import Message, Ticket

AUTOMATIC = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


def address_of(ticket: Ticket) -> str:
    """The mail address that answers go to: where the request came from, else the contact's preferred one."""
    if ticket.reply_to or not ticket.contact_id:
        return ticket.reply_to
    mail = ContactAddress.objects.filter(contact_id=ticket.contact_id, kind=AddressKind.MAIL)
    found = mail.order_by("-is_primary", "pk").first()
    return found.value if found else ""


def link_to(ticket: Ticket) -> str:
    """The request in the portal, by the configured address and never by a request's Host header."""
    return f"{settings.BASE_URL}/portal/requests/{ticket.number}/"


def send_message(ticket: Ticket, message: Message) -> None:
    """Queue a public message for the customer's mail box; nothing happens when no address is known."""
    _send(
        ticket, key=f"message:{message.pk}", template="reply", automatic=not message.is_human, message=message
    )


def acknowledge(ticket: Ticket) -> None:
    """R01: the automatic receipt. It never counts as a first response.

    It repeats nothing the sender wrote: under a forged address it must not carry somebody's advertisement.
    """
    title = _("We have received your request")
    _send(ticket, key=f"ack:{ticket.pk}", template="received", automatic=True, title=title)


def remind(ticket: Ticket, number: int) -> None:
    """R10: the first or second reminder that we wait for an answer."""
    _send(ticket, key=f"remind:{ticket.pk}:{ticket.version}:{number}", template="reminder", automatic=True)


def tell_merged(ticket: Ticket, survivor: Ticket) -> None:
    """R22: the requests were joined; answers to either land on the survivor."""
    _send(
        ticket, key=f"merged:{ticket.pk}:{survivor.pk}", template="merged", automatic=True, survivor=survivor
    )


def _send(
    ticket: Ticket, *, key: str, template: str, automatic: bool, title: Promise | str = "", **context: object
) -> None:
    to = address_of(ticket)
    if not to:
        return
    with translation.override(ticket.language):
        text = render_to_string(
            f"mail/{template}.txt",
            {"ticket": ticket, "link": link_to(ticket), "desk": settings.MAIL_FROM, **context},
        )
        subject = str(title or ticket.subject)
    enqueue(
        key=key,
        channel="mail",
        to=to,
        subject=f"[{ticket.number}] {subject}",
        text=text.strip() + "\n",
        ticket_ref=ticket.number,
        headers=AUTOMATIC if automatic else {},
    )
