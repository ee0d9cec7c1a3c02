"""The outbox: a message is a row first, in the transaction that decided on it; sending comes later, with a lease."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from messaging.enums import Channel, OutboundState
from messaging.models import OutboundMessage
from messaging.services import doorbell
from messaging.services.tokens import message_id_for

# Back-stop against two machines answering each other (G10): automatic messages to one address in an hour.
AUTOMATIC_PER_HOUR = 20
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")
# Kept in English, shown in the reader's language.
NO_ADDRESS = gettext_noop("this is not a mail address")
TOO_MANY = gettext_noop("too many automatic messages to this address within an hour")


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to one address, not yet a row.

    `sender` is whom a mail is from, the desk by default. `fallbacks` are further ways ({channel, to} and, where they
    differ, text, html, files) for when this one fails for good. Before `not_before` it does not leave. `files`
    ({name, content_type, path in the storage}) go with it.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str = ""
    ticket_ref: str = ""
    channel: str = Channel.MAIL
    headers: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""
    fallbacks: Sequence[Mapping[str, Any]] = ()
    not_before: datetime | None = None
    files: Sequence[Mapping[str, str]] = ()


def enqueue(draft: Draft) -> OutboundMessage:
    """Put one message into the outbox, in the caller's transaction. The same `key` again returns the first row.

    A header `Auto-Submitted` marks the message as automatic; past `AUTOMATIC_PER_HOUR` to one address it is kept
    as dead instead of sent. An address that cannot exist makes a dead row too: what is wrong with a customer's card
    must not stop an operator from answering.
    """
    return enqueue_all([draft])[draft.key]


def enqueue_all(drafts: Sequence[Draft]) -> dict[str, OutboundMessage]:
    """As `enqueue`, for many: the rows by key, in a number of queries that does not grow with them."""
    found = _by_key(draft.key for draft in drafts)
    fresh = [_row(draft) for draft in drafts if draft.key not in found]
    if not fresh:
        return found
    _refuse_too_many([row for row in fresh if row.is_automatic])
    # A key that somebody else takes at this moment is theirs: the row is read once they have committed.
    OutboundMessage.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    for channel in sorted({row.channel for row in fresh if row.state == OutboundState.QUEUED}):
        doorbell.after_commit("messaging.send_outbox", channel, queue="mail_out")
    return found | _by_key(row.key for row in fresh)


def _by_key(keys: Iterable[str]) -> dict[str, OutboundMessage]:
    return {row.key: row for row in OutboundMessage.objects.filter(key__in=list(keys))}


def _row(draft: Draft) -> OutboundMessage:
    address = one_line(draft.to).strip()[:320]
    headers = {one_line(name): one_line(value) for name, value in draft.headers.items()}
    row = OutboundMessage(
        key=draft.key, channel=draft.channel, to=address, subject=one_line(draft.subject)[:500],
        text=draft.text.replace("\x00", ""), html=draft.html.replace("\x00", ""), headers=headers,
        ticket_ref=draft.ticket_ref, is_automatic=_is_automatic(headers),
        message_id=message_id_for(key=draft.key, ticket_ref=draft.ticket_ref, address=address),
        sender=one_line(draft.sender)[:320], fallbacks=[dict(way) for way in draft.fallbacks],
        files=[dict(file) for file in draft.files],
    )  # fmt: skip
    if draft.not_before is not None:
        row.next_attempt_at = draft.not_before
    if draft.channel == Channel.MAIL and _is_impossible(address):
        _refuse(row, NO_ADDRESS)
    return row


def _is_automatic(headers: Mapping[str, str]) -> bool:
    return any(name.lower() == "auto-submitted" and value.lower() != "no" for name, value in headers.items())


def _is_impossible(address: str) -> bool:
    return address.count("@") != 1 or " " in address or "," in address


def _refuse(row: OutboundMessage, why: str) -> None:
    row.state, row.last_error = OutboundState.DEAD, why


def revive(*, message_id: int) -> bool:
    """Give a dead message another round of attempts. False when it is not dead."""
    return bool(
        OutboundMessage.objects.filter(pk=message_id, state=OutboundState.DEAD).update(
            state=OutboundState.QUEUED, attempts=0, next_attempt_at=Now(), last_error=""
        )
    )


def one_line(value: str) -> str:
    """A header value that cannot start another header."""
    return CONTROL.sub(" ", value)


def _refuse_too_many(rows: Sequence[OutboundMessage]) -> None:
    """Counts by address, whatever the ticket; one short range of the sweep's index for each address."""
    if not rows:
        return
    recent = OutboundMessage.objects.filter(
        to__in={row.to for row in rows}, is_automatic=True, created_at__gt=Now() - timedelta(hours=1)
    )
    had = Counter(dict(recent.values_list("to").annotate(number=Count("pk"))))
    for row in rows:
        if had[row.to] >= AUTOMATIC_PER_HOUR and not row.last_error:
            _refuse(row, TOO_MANY)
        had[row.to] += 1
