"""Raw bytes into the database, exactly once, before anybody is told that they were accepted."""

import hashlib
from dataclasses import dataclass
from email.parser import BytesHeaderParser

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from messaging.enums import Channel, InboundState
from messaging.models import InboundMessage, Mailbox
from messaging.services.parsing import message_id_of

# Message-ID is looked for in this much of a message; a longer header block is no honest mail.
HEADER_SCAN = 256 * 1024
MAX_ENVELOPE = 100


@dataclass(frozen=True, slots=True)
class Receipt:
    """`is_new` is False for a message that was here already."""

    message_id: int
    is_new: bool


def store_raw(
    *,
    mailbox: Mailbox,
    raw: bytes,
    envelope_from: str = "",
    envelope_to: list[str] | None = None,
    peer: str = "",
) -> Receipt:
    """Commit one message as it came; return when it is safe on disk.

    The same bytes, or the same Message-ID with the same body (it came by two roads), are stored once. The same
    Message-ID with another body is stored as well and points at the first one. Must not run inside a transaction.
    """
    head, body = _split(raw)
    values = {
        "raw": raw,
        "size": len(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
        "body_sha256": hashlib.sha256(body).hexdigest(),
        "message_id": _message_id(head),
        "envelope_from": _storable(envelope_from, 320),
        "envelope_to": [_storable(address, 320) for address in (envelope_to or [])[:MAX_ENVELOPE]],
        "peer": _storable(peer, 100),
    }
    try:
        return _store(mailbox, values)
    except IntegrityError:
        # Somebody stored the same message between our look and our insert: now we see it.
        return _store(mailbox, values)


@transaction.atomic(durable=True)
def _store(mailbox: Mailbox, values: dict[str, object]) -> Receipt:
    known = (
        InboundMessage.objects.filter(mailbox=mailbox, sha256=values["sha256"])
        .values_list("pk", flat=True)
        .first()
    )
    if known:
        return Receipt(known, is_new=False)
    namesake = None
    if values["message_id"]:
        namesakes = InboundMessage.objects.filter(mailbox=mailbox, message_id=values["message_id"]).order_by(
            "pk"
        )
        same = namesakes.filter(body_sha256=values["body_sha256"]).values_list("pk", flat=True).first()
        if same:
            return Receipt(same, is_new=False)
        namesake = namesakes.filter(conflicts_with=None).values_list("pk", flat=True).first()
    row = InboundMessage.objects.create(mailbox=mailbox, conflicts_with_id=namesake, **values)
    return Receipt(row.pk, is_new=True)


def store_event(*, mailbox: Mailbox, raw: bytes, event_id: str) -> Receipt:
    """Commit one event of a chat service or a PBX as it came, once by its `event_id`, whatever else is in it.

    Must not run inside a transaction.
    """
    values = {
        "raw": raw,
        "size": len(raw),
        "sha256": hashlib.sha256(event_id.encode() + b"\n" + raw).hexdigest(),
        "body_sha256": hashlib.sha256(raw).hexdigest(),
    }
    with transaction.atomic(durable=True):
        row, is_new = InboundMessage.objects.get_or_create(
            mailbox=mailbox, message_id=_storable(event_id, 200), conflicts_with=None, defaults=values
        )
    return Receipt(row.pk, is_new)


def ensure_source(channel: str, name: str) -> Mailbox:
    """The mailbox of a bot or a PBX that the settings name."""
    return Mailbox.objects.get_or_create(channel=channel, address=name.lower())[0]


def mailbox_for(address: str, *, channel: str = Channel.MAIL) -> Mailbox | None:
    """The mailbox an address belongs to, its ``+tag`` put aside; else the default one; else None."""
    local, _at, domain = address.strip().lower().rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    active = Mailbox.objects.filter(channel=channel, is_active=True)
    found = list(active.filter(Q(address__iexact=plain) | Q(is_default=True)))
    return min(found, key=lambda mailbox: mailbox.address.lower() != plain, default=None)


def ensure_mailbox() -> Mailbox:
    """The desk's own address as the default mailbox, made when there is none yet."""
    found = Mailbox.objects.filter(channel=Channel.MAIL, is_default=True).first()
    if found:
        return found
    address = settings.MAIL_FROM.lower()
    mailbox, _created = Mailbox.objects.get_or_create(
        channel=Channel.MAIL,
        address=address,
        defaults={"is_default": True, "language": settings.LANGUAGE_CODE[:2]},
    )
    return mailbox


def replay(*, message_id: int) -> bool:
    """Put a parked or ignored message back in front of the router. False when it is neither."""
    again = InboundMessage.objects.filter(
        pk=message_id, state__in=(InboundState.PARKED, InboundState.IGNORED)
    )
    return bool(again.update(state=InboundState.STORED, attempts=0, reason=""))


def _split(raw: bytes) -> tuple[bytes, bytes]:
    ends = [(raw.find(mark), len(mark)) for mark in (b"\r\n\r\n", b"\n\n")]
    found = [(at, length) for at, length in ends if at >= 0]
    if not found:
        return raw[:HEADER_SCAN], b""
    at, length = min(found)
    return raw[: min(at, HEADER_SCAN)], raw[at + length :]


def _message_id(head: bytes) -> str:
    try:
        return _storable(message_id_of(BytesHeaderParser().parsebytes(head + b"\r\n\r\n")), 998)
    except (ValueError, LookupError, RecursionError):
        return ""


def _storable(value: str, length: int) -> str:
    return value.replace("\x00", "").encode("utf-8", "replace").decode()[:length]
