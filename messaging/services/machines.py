"""Guard G-HUMAN: is a message made by a machine? Such mail is kept, but it resumes, reopens and answers nothing."""

from collections.abc import Callable
from email.message import Message

from messaging.enums import LOOP_HEADER
from messaging.services import mime

PRECEDENCE = {"bulk", "auto_reply", "auto-reply", "list", "junk"}
CALENDAR_ANSWERS = {"REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH", "CANCEL"}
ROBOTS = (
    "mailer-daemon@",
    "postmaster@",
    "noreply@",
    "no-reply@",
    "donotreply@",
    "do-not-reply@",
    "bounce@",
    "bounces@",
)


def machine_reason(message: Message, *, envelope_from: str | None, own_addresses: frozenset[str]) -> str:
    """Why this is machine mail, as a short fixed word; '' for a person's mail.

    `envelope_from` is the return path of the hand-over, '' for the null one, None when unknown.
    """
    for reason, test in SIGNS:
        if test(message):
            return reason
    if envelope_from == "" or mime.header(message, "Return-Path") == "<>":
        return "null-return-path"
    senders = {address for _name, address in mime.addresses(message, "From", "Sender")}
    if senders & own_addresses:
        return "own-address"
    if any(address.startswith(ROBOTS) for address in senders):
        return "robot-sender"
    return ""


def _auto_submitted(message: Message) -> bool:
    value = mime.header(message, "Auto-Submitted").lower().partition(";")[0].strip()
    return value not in ("", "no")


def _has(*names: str) -> Callable[[Message], bool]:
    return lambda message: any(mime.header(message, name) for name in names)


def _suppressed(message: Message) -> bool:
    value = mime.header(message, "X-Auto-Response-Suppress").lower()
    return value not in ("", "none")


def _bulk(message: Message) -> bool:
    return mime.header(message, "Precedence").lower() in PRECEDENCE


def _report(message: Message) -> bool:
    return message.get_content_type() == "multipart/report"


def _calendar_answer(message: Message) -> bool:
    """What a calendar sends for its owner (RFC 5546); an invitation is a person's mail with a file."""
    parts = (part for part in mime.leaves(message, limit=20) if part.get_content_type() == "text/calendar")
    return any(str(part.get_param("method", "")).upper() in CALENDAR_ANSWERS for part in parts)


SIGNS: list[tuple[str, Callable[[Message], bool]]] = [
    ("own-loop", _has(LOOP_HEADER)),
    ("auto-submitted", _auto_submitted),
    ("delivery-report", _report),
    ("auto-response-suppress", _suppressed),
    ("auto-reply", _has("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "X-Mail-Autoreply")),
    ("precedence", _bulk),
    ("calendar", _calendar_answer),
    ("mailing-list", _has("List-Id", "List-Unsubscribe", "List-Post")),
]
