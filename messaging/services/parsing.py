"""Raw bytes to `ParsedMail`: pure, without database or network, restartable, and robust against broken MIME."""

import email
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from email.policy import compat32

from django.utils.translation import gettext_noop

from messaging.enums import PROBE_HEADER
from messaging.services import mime
from messaging.services.authenticating import Trust, trust_of
from messaging.services.html_text import text_of_html
from messaging.services.machines import machine_reason
from messaging.services.quoting import fold

MAX_PARTS = 500
# Kept in English, shown in the reader's language.
TOO_MANY_PARTS, EMPTY, NO_MAIL = (
    gettext_noop("more than 500 parts"),
    gettext_noop("empty"),
    gettext_noop("not readable as mail"),
)
MAX_ATTACHMENTS = 50
MAX_SUBJECT = 300
KEPT_HEADERS = (
    "Date",
    "To",
    "Cc",
    "Reply-To",
    "Auto-Submitted",
    "Precedence",
    "List-Id",
    "Authentication-Results",
)


class UnreadableError(ValueError):
    """The message cannot be read at all; it is parked with this reason for a person to look at."""


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """A file of a mail: `name` is data only and may be empty, `content_id` links inline pictures."""

    name: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """What routing needs to know. `text` is what was just written, `quoted` what stood below it."""

    from_name: str
    from_address: str
    recipients: list[str]
    subject: str
    text: str
    quoted: str
    attachments: list[ParsedAttachment]
    message_id: str
    references: list[str]
    machine_reason: str
    date: datetime | None
    handed_over: datetime | None
    headers: dict[str, str]
    trust: Trust = Trust.BELIEVED
    probe: str = ""

    @property
    def is_machine(self) -> bool:
        """Guard G-HUMAN: kept, but it resumes, reopens and answers nothing."""
        return bool(self.machine_reason)


def parse(
    raw: bytes,
    *,
    envelope_from: str | None = None,
    own_addresses: frozenset[str] = frozenset(),
    mx_host: str = "",
    authserv_id: str = "",
) -> ParsedMail:
    """Read one message. Raises `UnreadableError` only for what no reader could make sense of.

    `envelope_from` is '' for the null return path, None when unknown. Only a `Received` line on top, written by our
    own `mx_host`, tells when the mail was handed over to us; only what `authserv_id` found out tells who sent it.
    """
    message = _message(raw)
    text, attachments = _content(message)
    folded = fold(text)
    senders = mime.addresses(message, "From") or mime.addresses(message, "Reply-To", "Sender", "Return-Path")
    name, address = senders[0] if senders else ("", "")
    return ParsedMail(
        from_name=name[:200],
        from_address=address,
        recipients=[to for _name, to in mime.addresses(message, "To", "Cc", "Delivered-To", "X-Original-To")],
        subject=mime.header(message, "Subject")[:MAX_SUBJECT],
        text=folded.said,
        quoted=folded.quoted,
        attachments=attachments,
        message_id=message_id_of(message),
        references=mime.references(message),
        machine_reason=machine_reason(message, envelope_from=envelope_from, own_addresses=own_addresses),
        date=mime.date(mime.header(message, "Date")),
        handed_over=_handed_over(message, mx_host),
        headers={
            name: mime.header(message, name)[:1000] for name in KEPT_HEADERS if mime.header(message, name)
        },
        trust=trust_of(message, authserv_id=authserv_id),
        probe=mime.header(message, PROBE_HEADER)[:64],
    )


def _handed_over(message: Message, mx_host: str) -> datetime | None:
    received = mime.headers(message, "Received")
    if not mx_host or not received or f" by {mx_host.lower()}" not in f" {received[0].lower()}":
        return None
    return mime.date(received[0].rpartition(";")[2])


def message_id_of(message: Message) -> str:
    """The Message-ID with its brackets, '' when there is none worth the name."""
    found = mime.REFERENCE.search(mime.header(message, "Message-ID"))
    return found.group() if found else ""


def _message(raw: bytes) -> Message:
    try:
        message = email.message_from_bytes(raw, policy=compat32)
    except (RecursionError, MemoryError, ValueError, LookupError) as error:
        raise UnreadableError(NO_MAIL) from error
    if not message.keys() and not raw.strip():
        raise UnreadableError(EMPTY)
    return message


def _content(message: Message) -> tuple[str, list[ParsedAttachment]]:
    """The body as text, plain preferred to HTML, and every other part as a file."""
    plain: list[str] = []
    html: list[str] = []
    attachments: list[ParsedAttachment] = []
    for number, part in enumerate(mime.leaves(message, limit=MAX_PARTS + 1)):
        if number == MAX_PARTS:
            raise UnreadableError(TOO_MANY_PARTS)
        kind = part.get_content_type()
        name = mime.filename(part)
        is_file = bool(name) or part.get_content_disposition() == "attachment"
        if not is_file and kind in ("text/plain", "text/html"):
            (plain if kind == "text/plain" else html).append(
                mime.to_text(mime.payload(part), part.get_content_charset())
            )
        elif len(attachments) < MAX_ATTACHMENTS:
            attachments.append(_attachment(part, kind, name))
    text = "\n".join(plain).strip() or "\n".join(map(text_of_html, html))
    return mime.CONTROL.sub("", text), attachments


def _attachment(part: Message, kind: str, name: str) -> ParsedAttachment:
    return ParsedAttachment(
        name=name or ("message.eml" if kind == "message/rfc822" else ""),
        content_type=kind,
        content=mime.payload(part),
        content_id=mime.header(part, "Content-ID").strip("<>")[:200],
    )
