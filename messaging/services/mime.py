"""Reading MIME that may be broken in any way: every function answers with something and none raises."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

# A longer header is cut; real ones are far shorter.
MAX_HEADER = 8_000
MAX_ADDRESSES = 200
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
REFERENCE = re.compile(r"<[^<>\s]{1,250}>")
ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\@]{1,64}@[^\s<>,;:\"()\[\]\\@]{1,255}\Z")


def header(message: Message, name: str) -> str:
    """A header's value decoded, on one line; '' when it is missing."""
    try:
        value = message.get(name)
    except Exception:
        # The library's own header classes raise on some garbage.
        return ""
    return decoded(str(value)) if value is not None else ""


def headers(message: Message, name: str) -> list[str]:
    """All values of a repeated header, topmost first."""
    return [decoded(str(value)) for value in (message.get_all(name) or [])[:50]]


def decoded(value: str) -> str:
    """An encoded-word header as text. Line breaks, also encoded ones, become blanks: no header can start another."""
    value = value[:MAX_HEADER]
    try:
        parts = decode_header(value)
    except Exception:
        parts = [(value, None)]
    text = "".join(part if isinstance(part, str) else to_text(part, charset) for part, charset in parts)
    return " ".join(CONTROL.sub("", text.replace("\u2028", " ").replace("\u2029", " ")).split())


def to_text(raw: bytes, charset: str | None) -> str:
    """Bytes as text in the named charset, else UTF-8, else the Russian Windows one; nothing is lost silently."""
    for name in (charset, "utf-8", "cp1251"):
        if not name or name.lower() in ("unknown-8bit", "utf-7"):
            continue
        try:
            return raw.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return raw.decode("utf-8", "replace")


def addresses(message: Message, *names: str) -> list[tuple[str, str]]:
    """(name, address in lower case) of the headers, without what is no address."""
    values = [value for name in names for value in headers(message, name)]
    try:
        pairs = getaddresses(values)
    except Exception:
        pairs = [("", value) for value in values]
    found = ((name, address.strip().lower()) for name, address in pairs[:MAX_ADDRESSES])
    return [(name, address) for name, address in found if ADDRESS.match(address)]


def references(message: Message) -> list[str]:
    """Message-IDs this one answers, oldest first, the direct one last."""
    named = " ".join(headers(message, "References") + headers(message, "In-Reply-To"))
    return list(dict.fromkeys(REFERENCE.findall(named)))[-50:]


def date(value: str) -> datetime | None:
    """An RFC 5322 date as an aware UTC time."""
    try:
        parsed = parsedate_to_datetime(value)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def leaves(message: Message, *, limit: int) -> Iterator[Message]:
    """Parts without parts, in order, at most `limit`. An attached mail is one leaf: what is in it is not ours to read."""
    stack: list[Message] = [message]
    seen = 0
    while stack and seen < limit:
        part = stack.pop()
        payload = part.get_payload()
        if part.get_content_type() != "message/rfc822" and isinstance(payload, list):
            stack.extend(child for child in reversed(payload[: limit + 1]) if isinstance(child, Message))
            continue
        seen += 1
        yield part


def payload(part: Message) -> bytes:
    """A part's content, transfer encoding undone as far as it goes; an attached mail as its own bytes."""
    try:
        if part.get_content_maintype() == "message":
            inner = part.get_payload()
            if isinstance(inner, list):
                return b"\r\n".join(bytes(child) for child in inner if isinstance(child, Message))
        content = part.get_payload(decode=True)
    except Exception:
        content = None
    if isinstance(content, bytes):
        return content
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def filename(part: Message) -> str:
    """The name the sender gave, as text only: never a path, never with marks that hide its ending."""
    try:
        name = decoded(part.get_filename() or "")
    except Exception:
        name = ""
    name = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", name.replace("\\", "/")).rsplit("/", 1)[
        -1
    ]
    return name.strip(". ")[-150:]
