"""From an update of a Telegram bot to a ticket: one conversation per chat, as long as its request is open."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.enums import Actor, AddressKind
from accounts.models import Contact
from accounts.queries import contact_actor, contact_by_address
from common.db import take_turns
from common.errors import DomainError
from messaging.enums import Channel as MessagingChannel
from messaging.enums import InboundState
from messaging.models import InboundMessage, OutboundMessage
from messaging.services import probing, settling
from messaging.services.sending import Draft, enqueue
from messaging.services.telegram.api import MAX_DOWNLOAD, BotApi, TelegramError, UnreachableError
from messaging.services.telegram.linking import address_of, redeem
from messaging.services.telegram.updates import ChatMessage, parse_update, probe_of
from tickets.enums import TERMINAL, Channel, State
from tickets.models import Message, Ticket
from tickets.services import attaching, informing
from tickets.services.creating import create_ticket
from tickets.services.noting import add_note
from tickets.services.receiving import receive_message
from tickets.services.recognising import ANSWERS_SPAM, sees

# The platform's clock counts as far as ours agrees with it (§2.4 of the rules).
CLOCK_MAY_DIFFER = timedelta(seconds=30)
# While a message waits for its files its words wait too: not longer than this many attempts.
PATIENT_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Read:
    """A chat message with its files' bytes, or the reason why there is none; `missing` names files not fetched."""

    message: ChatMessage | None
    reason: str = ""
    probe: str = ""
    files: tuple[attaching.Upload, ...] = ()
    missing: tuple[str, ...] = ()


def read(inbound: InboundMessage) -> Read:
    """Parse the update and fetch its files. Raises `UnreadableUpdateError`; `UnreachableError` while patience lasts."""
    message = parse_update(bytes(inbound.raw))
    if isinstance(message, str):
        return Read(None, reason=message, probe=probe_of(bytes(inbound.raw)))
    files, missing = _fetch(inbound, message) if message.files else ([], [])
    return Read(message, files=tuple(files), missing=tuple(missing))


def _fetch(inbound: InboundMessage, message: ChatMessage) -> tuple[list[attaching.Upload], list[str]]:
    files: list[attaching.Upload] = []
    missing: list[str] = []
    with BotApi(inbound.mailbox.address) as bot:
        for file in message.files:
            if file.size > min(MAX_DOWNLOAD, settings.ATTACHMENT_MAX_BYTES):
                missing.append(file.name)
                continue
            try:
                content = bot.download(file.file_id)
                upload = SimpleUploadedFile(file.name, content, file.content_type)
                attaching.check(upload)
                files.append(upload)
            except (TelegramError, DomainError):
                missing.append(file.name)
            except UnreachableError:
                if inbound.attempts < PATIENT_ATTEMPTS:
                    raise
                missing.append(file.name)
    return files, missing


def route(inbound: InboundMessage, found: Read) -> None:
    """Decide what becomes of it. Runs in the caller's transaction, under the message's lock."""
    message = found.message
    if message is None:
        if found.probe and probing.recognise(found.probe):
            settling.discard(inbound)
        else:
            settling.settle(inbound, state=InboundState.IGNORED, reason=found.reason)
        return
    bot = inbound.mailbox.address
    address = address_of(bot, message.chat_id)
    told = (message.name or address, message.text[:200])
    command, argument = message.command
    if command in ("/start", "/help") and not message.is_edit:
        reason = _greet(inbound, message, address, argument)
        settling.settle(inbound, state=InboundState.IGNORED, reason=reason, told=told)
        return
    # The first words of a chat come in several messages, and two workers must not open a ticket each.
    take_turns(f"telegram:{address}")
    contact = contact_by_address(AddressKind.TELEGRAM, address)
    ticket = None if command == "/new" else _answered(message, address, contact)
    if ticket is not None and ticket.state == State.SPAM:
        settling.settle(inbound, state=InboundState.PARKED, reason=ANSWERS_SPAM, told=told)
        return
    at = _written_at(inbound, message)
    if ticket is None:
        ticket = _open(inbound, found, message, address, contact)
    else:
        ticket = receive_message(
            actor=_writer(ticket, message, contact), ticket_id=ticket.pk, text=_text(message),
            attachments=found.files, channel=Channel.CHAT, occurred_at=at, external_id=_external(address, message),
        ).ticket  # fmt: skip
    if found.missing:
        said = _(
            "Files that could not be taken from the chat: %(names)s. Ask for them by mail or in the portal."
        )
        add_note(actor=Actor.system(), ticket_id=ticket.pk, text=said % {"names": ", ".join(found.missing)})
    settling.settle(inbound, state=InboundState.ROUTED, routed_to=ticket.number, told=told)


def _open(
    inbound: InboundMessage, found: Read, message: ChatMessage, address: str, contact: Contact | None
) -> Ticket:
    text = _text(message) or (message.files[0].name if message.files else "")
    if message.command[0] == "/new":
        text = message.command[1] or _("(a new request)")
    return create_ticket(
        actor=contact_actor(contact) if contact else _stranger(message), subject=text[:100], body=text,
        channel=Channel.CHAT, contact=contact, language=None if contact else message.language, reply_to=address,
        reply_channel=MessagingChannel.TELEGRAM, received_at=_written_at(inbound, message),
        dedup_key=f"telegram:{inbound.mailbox_id}:{inbound.message_id}", attachments=found.files,
        external_id=_external(address, message), details={"inbound_id": inbound.pk},
    )  # fmt: skip


def _text(message: ChatMessage) -> str:
    """An edited message is said again, marked: what was read before stays as it was read."""
    return f"✎ {message.text}" if message.is_edit else message.text


def _external(address: str, message: ChatMessage) -> str:
    return f"telegram:{address}:{message.message_id}"


def _answered(message: ChatMessage, address: str, contact: Contact | None) -> Ticket | None:
    """The ticket that a message belongs to: the one it answers or corrects, else the one last spoken of in the chat."""
    ours = OutboundMessage.objects.filter(channel=MessagingChannel.TELEGRAM, to=address).exclude(
        ticket_ref=""
    )
    number = None
    if message.answers is not None:
        number = ours.filter(external_id=str(message.answers)).values_list("ticket_ref", flat=True).first()
    theirs = message.answers if message.answers is not None else message.message_id
    if number is None and (message.is_edit or message.answers is not None):
        mark = f"telegram:{address}:{theirs}"
        number = Message.objects.filter(external_id=mark).values_list("ticket__number", flat=True).first()
    named = _reachable(number, address, contact) if number else None
    if named is not None:
        return named
    last = ours.order_by("-pk").values_list("ticket_ref", flat=True).first()
    ticket = _reachable(last, address, contact) if last else None
    return ticket if ticket is not None and ticket.state not in TERMINAL else None


def _reachable(number: str, address: str, contact: Contact | None) -> Ticket | None:
    """The ticket when this chat may speak on it: it came from here, or the chat's contact may see it."""
    ticket = Ticket.objects.filter(number=number).select_related("contact", "customer").first()
    return ticket if ticket and (ticket.reply_to == address or sees(contact, ticket)) else None


def _writer(ticket: Ticket, message: ChatMessage, contact: Contact | None) -> Actor:
    if contact and sees(contact, ticket):
        return contact_actor(contact)
    return contact_actor(ticket.contact) if ticket.contact else _stranger(message, ticket.customer_id)


def _stranger(message: ChatMessage, customer_id: int | None = None) -> Actor:
    return Actor.stranger(message.name or "Telegram", customer_id)


def _written_at(inbound: InboundMessage, message: ChatMessage) -> datetime:
    return min(max(message.written_at, inbound.received_at - CLOCK_MAY_DIFFER), inbound.received_at)


def _greet(inbound: InboundMessage, message: ChatMessage, address: str, key: str) -> str:
    """`/start`: tie the chat to its contact when it carries a key, and say what can be done here."""
    contact = redeem(bot=inbound.mailbox.address, chat_id=message.chat_id, key=key) if key else None
    language = contact.language if contact else message.language
    with translation.override(language):
        if contact:
            text = _(
                "Hello, %(name)s. This chat is yours now: write here at any hour, an operator answers."
            ) % {"name": contact.name}
        elif key:
            text = _("This link is not valid any more. Open the portal and press “Connect Telegram” again.")
        else:
            text = _(
                "Hello. Write what has happened: an operator reads it and answers here. /new opens another request."
            )
    key = f"telegram-greeting:{inbound.pk}"
    enqueue(Draft(key, address, "", text, channel=MessagingChannel.TELEGRAM, headers=informing.AUTOMATIC))
    return "chat tied to a contact" if contact else "link not valid" if key else "greeting"
