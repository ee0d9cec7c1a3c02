"""Mail, by Django's mail connection: one SMTP conversation for a batch."""

import smtplib
from contextlib import suppress
from typing import Self

from django.core.mail import get_connection

from messaging.models import OutboundMessage
from messaging.services.carrying import AwayError, RefusedError
from messaging.services.composing import compose

ABOUT_THE_MESSAGE = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


class MailCarrier:
    """A `Carrier`. The Message-ID depends only on the row, so a repetition can be recognised by whoever receives it."""

    def __init__(self) -> None:
        self.connection = get_connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self.connection.close()

    def carry(self, message: OutboundMessage) -> str:
        try:
            self.connection.open()
            compose(message, self.connection).send()
        except ABOUT_THE_MESSAGE as error:
            raise RefusedError(explain(error), for_good=is_permanent(error)) from error
        except OSError as error:
            raise AwayError(explain(error)) from error
        except ValueError as error:
            # It cannot be built, and will not be tomorrow either.
            raise RefusedError(explain(error), for_good=True) from error
        return ""


def is_permanent(error: Exception) -> bool:
    """Refused for good by the receiving server: 5xx on the recipient or the content.

    A refused sender or log-in is the desk's own trouble and is tried again.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def explain(error: Exception) -> str:
    """The server's own words, where it said any."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return f"{code} {_decoded(text)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _decoded(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
