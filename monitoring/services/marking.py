"""Telling our own word from others' when it comes back: Zabbix 6.0 does not say who wrote it."""

import hashlib
import hmac
import re

from django.conf import settings

_MARK = re.compile(r"\[(?P<number>[0-9]{2}-[0-9]{7})·(?P<proof>[0-9a-f]{8})\]\s*\Z")


def mark(text: str, number: str) -> str:
    """The text with the ticket's number and a proof that only this desk can write, at its end."""
    return f"{text[:1900]} [{number}·{_proof(number)}]"


def is_ours(comment: str) -> bool:
    """Whether a comment ends with a mark of this desk."""
    found = _MARK.search(comment)
    return found is not None and hmac.compare_digest(found["proof"], _proof(found["number"]))


def _proof(number: str) -> str:
    key = f"zabbix echo {settings.SECRET_KEY}".encode()
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:8]
