"""From a stored mail to a ticket: an answer joins its ticket, anything else of a person opens one."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.enums import Actor
from messaging.enums import InboundState
from messaging.models import InboundMessage, Mailbox
from messaging.services import probing, reading, settling
from messaging.services.authenticating import Trust
from messaging.services.parsing import ParsedMail
from messaging.services.returning import note_returned
from tickets.enums import Channel, State
from tickets.models import Ticket
from tickets.services import unpacking
from tickets.services.creating import create_ticket
from tickets.services.noting import add_note
from tickets.services.receiving import receive_message
from tickets.services.recognising import (
    ANSWERS_SPAM,
    Sender,
    Thread,
    bounced_thread,
    is_known,
    report_of,
    sender_of,
    thread_of,
)

# A robot that may bring something a person should see; the other machine mail is only kept.
WORTH_A_LOOK = {
    gettext_noop("machine mail: mailing-list"),
    gettext_noop("machine mail: precedence"),
    gettext_noop("machine mail: robot-sender"),
}
NO_OPERATORS = gettext_noop("operators do not work by mail")


def read(inbound: InboundMessage) -> ParsedMail:
    """The mail in words, by a child process with limits. Raises `UnreadableError`."""
    own = frozenset(address.lower() for address in Mailbox.objects.values_list("address", flat=True))
    return reading.read(
        bytes(inbound.raw),
        # Without a peer the bytes came from elsewhere than our door, and an empty return path means nothing.
        envelope_from=inbound.envelope_from if inbound.peer else None,
        own_addresses=own | {settings.MAIL_FROM.lower()},
        mx_host=settings.MAIL_MX_HOST,
        authserv_id=settings.MAIL_AUTHSERV_ID,
    )


def route(inbound: InboundMessage, mail: ParsedMail) -> None:
    """Decide what becomes of it. Runs in the caller's transaction, under the message's lock."""
    if mail.probe and probing.recognise(mail.probe):
        settling.discard(inbound)
        return
    sender = sender_of(mail)
    thread = thread_of(mail, inbound, sender)
    copy = _copy_of(inbound)
    if copy:
        settling.settle(inbound, state=InboundState.ROUTED, reason="copy", routed_to=copy, mail=mail)
    elif mail.is_machine:
        _keep_machine_mail(inbound, mail, thread)
    elif sender.is_operator:
        settling.settle(inbound, state=InboundState.PARKED, reason=NO_OPERATORS, mail=mail)
    elif thread and thread.ticket.state == State.SPAM:
        settling.settle(inbound, state=InboundState.PARKED, reason=ANSWERS_SPAM, mail=mail)
    elif thread:
        ticket = _append(inbound, mail, thread)
        settling.settle(inbound, state=InboundState.ROUTED, routed_to=ticket.number, mail=mail)
    else:
        ticket = _open(inbound, mail, sender)
        settling.settle(inbound, state=InboundState.ROUTED, routed_to=ticket.number, mail=mail)


def _copy_of(inbound: InboundMessage) -> str:
    """The ticket that the same mail already became by way of another mailbox."""
    if not inbound.message_id:
        return ""
    twins = InboundMessage.objects.filter(message_id=inbound.message_id, body_sha256=inbound.body_sha256)
    return (
        twins.exclude(pk=inbound.pk).exclude(routed_to="").values_list("routed_to", flat=True).first() or ""
    )


def _keep_machine_mail(inbound: InboundMessage, mail: ParsedMail, thread: Thread | None) -> None:
    """G-HUMAN: it resumes, reopens and answers nothing. On a known thread the desk sees it as a note."""
    reason = f"machine mail: {mail.machine_reason}"
    thread = thread or bounced_thread(inbound)
    # What belongs to no ticket, a notice of an outage, comes back too.
    note_returned(report=report_of(inbound), ticket_ref=thread.ticket.number if thread else "")
    if thread:
        note = _("Automatic mail from %(sender)s: %(subject)s") % {
            "sender": mail.from_address,
            "subject": mail.subject,
        }
        add_note(
            actor=Actor.system(), ticket_id=thread.ticket.pk, text=f"{note}\n\n{mail.text[:5000]}".strip()
        )
        settling.settle(
            inbound, state=InboundState.IGNORED, reason=reason, routed_to=thread.ticket.number, mail=mail
        )
        return
    state = InboundState.PARKED if reason in WORTH_A_LOOK else InboundState.IGNORED
    settling.settle(inbound, state=state, reason=reason, mail=mail)


def _append(inbound: InboundMessage, mail: ParsedMail, thread: Thread) -> Ticket:
    files, refused = unpacking.files_of(mail)
    if thread.as_actor is None:
        # Somebody who was forwarded our mail: the desk reads it, the customer's thread and clocks do not change.
        head = _("Mail from %(sender)s, who is not known on this ticket:") % {
            "sender": mail.from_address or "?"
        }
        text = f"{head}\n\n{unpacking.body_of(mail)}"
        message = add_note(actor=Actor.system(), ticket_id=thread.ticket.pk, text=text, attachments=files)
    else:
        message = receive_message(
            actor=thread.as_actor, ticket_id=thread.ticket.pk, text=unpacking.body_of(mail), quoted=mail.quoted,
            attachments=files, channel=Channel.MAIL, occurred_at=unpacking.received_at(inbound, mail),
            external_id=mail.message_id,
        )  # fmt: skip
    _tell_refused(message.ticket, refused)
    return message.ticket


def _open(inbound: InboundMessage, mail: ParsedMail, sender: Sender) -> Ticket:
    files, refused = unpacking.files_of(mail)
    body = unpacking.body_of(mail)
    language = None if sender.customer else unpacking.language_of(mail, inbound.mailbox.language)
    ticket = create_ticket(
        actor=sender.actor, subject=unpacking.subject_of(mail) or body[:100], body=body, channel=Channel.MAIL,
        customer=sender.customer, contact=sender.contact, language=language, reply_to=mail.from_address,
        received_at=unpacking.received_at(inbound, mail), dedup_key=unpacking.dedup_key(inbound), attachments=files,
        external_id=mail.message_id, details={"inbound_id": inbound.pk},
    )  # fmt: skip
    _tell_refused(ticket, refused)
    _tell_unproven(ticket, mail)
    return ticket


def _tell_unproven(ticket: Ticket, mail: ParsedMail) -> None:
    """Why the mail of a known address stands under nobody: it could have been written by anyone."""
    if mail.trust.proves_sender or not is_known(mail.from_address):
        return
    if mail.trust == Trust.FORGED:
        text = _("The mail says it is from %(sender)s, but the owner of that domain says it is not theirs.")
    else:
        text = _("The mail says it is from %(sender)s, and nothing proves it. Ask back before you act on it.")
    add_note(actor=Actor.system(), ticket_id=ticket.pk, text=text % {"sender": mail.from_address})


def _tell_refused(ticket: Ticket, names: list[str]) -> None:
    """Nothing of a mail is lost: what cannot hang on the ticket is named, and the raw mail keeps it."""
    if names:
        text = _("Files of the mail that are not taken: %(names)s. The mail itself is kept as it came.")
        add_note(actor=Actor.system(), ticket_id=ticket.pk, text=text % {"names": ", ".join(names)[:2000]})
