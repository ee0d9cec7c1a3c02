"""Signed addresses of a conversation: whoever answers with one has really received our mail.

A token names a ticket and the address it was given to. It stands in the Message-ID and, as a tag, in Reply-To.
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "messaging.reply-token"
LENGTH = 20
TAG = re.compile(r"\+([A-Za-z0-9-]{1,32})\.([a-z2-7]{20})@")
MESSAGE_ID = re.compile(r"<([A-Za-z0-9-]{1,32})\.([a-z2-7]{20})\.[0-9a-f]{16}@")


@dataclass(frozen=True, slots=True)
class Token:
    """What a message carries: the ticket it answers, and a proof bound to one address."""

    ticket_ref: str
    proof: str

    def given_to(self, address: str) -> bool:
        """True when this token was made for the address, with the present secret key or an earlier one."""
        keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
        return any(constant_time_compare(self.proof, _proof(self.ticket_ref, address, key)) for key in keys)


def token_for(*, ticket_ref: str, address: str) -> Token:
    return Token(ticket_ref, _proof(ticket_ref, address, settings.SECRET_KEY))


def reply_to(*, mailbox: str, ticket_ref: str, address: str) -> str:
    """The mailbox with the token as its tag: ``support+26-0000001.abc…@desk.example``."""
    token = token_for(ticket_ref=ticket_ref, address=address)
    local, _at, domain = mailbox.rpartition("@")
    return f"{local}+{token.ticket_ref}.{token.proof}@{domain}"


def message_id_for(*, key: str, ticket_ref: str, address: str) -> str:
    """Deterministic: the same outbox key always gets the same Message-ID, also after a crash."""
    unique = salted_hmac(f"{SALT}.key", key, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()[:16]
    token = token_for(ticket_ref=ticket_ref or "none", address=address)
    return f"<{token.ticket_ref}.{token.proof}.{unique}@{settings.MAIL_DOMAIN}>"


def tokens_in(*, recipients: list[str], references: list[str]) -> list[Token]:
    """Tokens a message carries, not yet judged; those of the recipient's tag first."""
    found = [TAG.search(address) for address in recipients]
    found += [MESSAGE_ID.match(reference) for reference in reversed(references)]
    return [Token(match[1], match[2]) for match in found if match and match[1] != "none"]


def tokens_in_text(text: str) -> list[Token]:
    """Tokens of our Message-IDs quoted anywhere in a text, for example in a delivery report."""
    return [Token(match[1], match[2]) for match in MESSAGE_ID.finditer(text) if match[1] != "none"]


def _proof(ticket_ref: str, address: str, key: str) -> str:
    value = f"{ticket_ref}\n{address.strip().lower()}"
    digest = salted_hmac(SALT, value, secret=key, algorithm="sha256").digest()
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(alphabet[byte & 31] for byte in digest[:LENGTH])
