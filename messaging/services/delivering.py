"""Sends what is due in the outbox. At least once, normally exactly once, and always with the same Message-ID."""

import logging
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from messaging.models import OutboundMessage
from messaging.services import leasing
from messaging.services.composing import compose

logger = logging.getLogger(__name__)

BATCH = 20
# A message is begun only while this much of the lease is left, more than one SMTP conversation may take.
RESERVE_S = 60.0
ABOUT_THE_MESSAGE = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


@dataclass(slots=True)
class Delivery:
    """What one call of `send_due` did."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


class ServerAwayError(Exception):
    """The mail server cannot be talked to: the rest of the batch need not try."""


def send_due(*, limit: int = 200) -> Delivery:
    """Send up to `limit` due messages over one connection, oldest first. Safe to run in any number of workers."""
    done = Delivery()
    taken = 0
    while taken < limit:
        batch = leasing.claim(limit=min(BATCH, limit - taken))
        if not batch:
            break
        taken += len(batch)
        if not _send_batch(batch, done):
            break
    return done


def _send_batch(batch: list[OutboundMessage], done: Delivery) -> bool:
    """False when the server went away; what was not begun is given back."""
    began = time.monotonic()
    alive = True
    with _connection() as connection:
        for message in batch:
            if not alive or time.monotonic() - began > leasing.LEASE.total_seconds() - RESERVE_S:
                leasing.give_back(message)
                continue
            try:
                _send(message, connection, done)
            except ServerAwayError:
                alive = False
    return alive


@contextmanager
def _connection() -> Iterator[BaseEmailBackend]:
    connection = get_connection()
    try:
        yield connection
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.close()


def _send(message: OutboundMessage, connection: BaseEmailBackend, done: Delivery) -> None:
    try:
        connection.open()
        compose(message, connection).send()
    except Exception as error:
        # One message that cannot be sent must not stop the others; a server that cannot be talked to stops them all.
        _failed(message, error, done)
        if isinstance(error, OSError) and not isinstance(error, ABOUT_THE_MESSAGE):
            raise ServerAwayError from error
        return
    leasing.mark_sent(message)
    done.sent += 1


def _failed(message: OutboundMessage, error: Exception, done: Delivery) -> None:
    permanent = is_permanent(error)
    leasing.mark_failed(message, _explain(error), permanent=permanent)
    if permanent or message.attempts >= leasing.MAX_ATTEMPTS:
        done.dead += 1
        logger.error("message %s to the customer is not delivered: %s", message.pk, _explain(error))
    else:
        done.failed += 1


def is_permanent(error: Exception) -> bool:
    """Refused for good: by the receiving server (5xx on the recipient or the content) or because it cannot be built.

    A refused sender or log-in is the desk's own trouble and is tried again.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return isinstance(error, ValueError)


def _explain(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return f"{code} {_decoded(text)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _decoded(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
