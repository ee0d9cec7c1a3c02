"""A parsed mail in the words of a ticket: subject, body, files, language, time."""

import hashlib
import mimetypes
import re
from datetime import datetime

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

from accounts.enums import Language
from common.errors import DomainError
from messaging.models import InboundMessage
from messaging.services.parsing import ParsedAttachment, ParsedMail
from tickets.services import attaching
from tickets.services.messages import TEXT_MAX

PREFIX = re.compile(r"(?:\s*(?:re|fwd?|отв|пересл)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
LATIN = re.compile(r"[a-z]", re.IGNORECASE)
# Text enough to tell a language by.
TELLING = 20


def subject_of(mail: ParsedMail) -> str:
    """The subject without the marks of answering and forwarding."""
    return (
        PREFIX.sub("", mail.subject, count=1).strip() if PREFIX.match(mail.subject) else mail.subject.strip()
    )


def body_of(mail: ParsedMail) -> str:
    """What was written; a mail without any text is represented by its subject."""
    return (mail.text or mail.quoted)[:TEXT_MAX].strip() or mail.subject.strip() or _("(a mail without text)")


def language_of(mail: ParsedMail, default: str) -> str:
    """Russian or English by the letters of the text, else the mailbox's language."""
    text = f"{mail.subject} {mail.text}"[:5000]
    cyrillic, latin = len(CYRILLIC.findall(text)), len(LATIN.findall(text))
    if cyrillic + latin < TELLING:
        return default
    return Language.RUSSIAN if cyrillic * 2 >= latin else Language.ENGLISH


def received_at(inbound: InboundMessage, mail: ParsedMail) -> datetime:
    """When our own MX took the mail; never the sender's `Date:`, never later than we stored it (§2.4 of the rules)."""
    return min(mail.handed_over or inbound.received_at, inbound.received_at)


def dedup_key(inbound: InboundMessage) -> str:
    """The same mail by way of two mailboxes has one key; another body under a used Message-ID has its own."""
    content = f"{inbound.message_id}\n{inbound.body_sha256}" if inbound.message_id else inbound.sha256
    return f"mail:{hashlib.sha256(content.encode()).hexdigest()}"


def files_of(mail: ParsedMail) -> tuple[list[attaching.Upload], list[str]]:
    """The mail's files that a ticket takes, and the names of those it does not."""
    taken: list[attaching.Upload] = []
    refused: list[str] = []
    for number, part in enumerate(mail.attachments, start=1):
        file = _uploaded(part, number)
        try:
            attaching.check(file)
        except DomainError:
            refused.append(file.name or "?")
            continue
        if len(taken) < settings.ATTACHMENT_MAX_COUNT:
            taken.append(file)
        else:
            refused.append(file.name or "?")
    return taken, refused


def _uploaded(part: ParsedAttachment, number: int) -> attaching.Upload:
    ending = mimetypes.guess_extension(part.content_type) or ".txt"
    return SimpleUploadedFile(part.name or f"part-{number}{ending}", part.content, part.content_type)
