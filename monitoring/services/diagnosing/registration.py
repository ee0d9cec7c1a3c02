"""Until when a domain is registered: RDAP (RFC 9082, 9083), and WHOIS (RFC 3912) where there is none, as for .ru."""

from __future__ import annotations

import json
import re
import socket
from datetime import UTC, datetime
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings

from common import clock
from monitoring.services.diagnosing.results import BAD, OK, SKIPPED, WARN, Result

TIMEOUT_S = 6.0
MOST_BYTES = 300_000
_EXPIRES = re.compile(
    r"^\s*(?:paid-till|registry expiry date|registrar registration expiration date|expir(?:y|es|ation)[ a-z]*)\s*:\s*(\S+)",
    re.IGNORECASE | re.MULTILINE,
)
_REFERS = re.compile(r"^\s*(?:refer|whois)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def registered_until(name: str) -> tuple[datetime | None, str]:
    """The end of the registration and the domain it is of; None when neither service knows it.

    The registered domain is found by leaving off labels from the left: nobody can tell it by its look.
    """
    labels = name.split(".")
    for start in range(len(labels) - 1):
        domain = ".".join(labels[start:])
        found = _by_rdap(domain) or _by_whois(domain)
        if found is not None:
            return found, domain
    return None, name


def check(name: str) -> Result:
    """Days left. A registry that does not answer is no finding."""
    until, domain = registered_until(name)
    if until is None:
        return Result("registration", SKIPPED, "registration_unknown", {"domain": domain})
    return expiry("registration", "registration", until, {"domain": domain})


def expiry(check: str, code: str, until: datetime, values: dict[str, str]) -> Result:
    """The verdict on an expiry: lapsed, within a week, within a month, or far."""
    days = (until - clock.now()).days
    verdict = BAD if days < 7 else WARN if days < 30 else OK
    said = {**values, "until": f"{until:%Y-%m-%d}", "days": days}
    return Result(check, verdict, f"{code}_lapsed" if days < 0 else f"{code}_until", said)


def _by_rdap(domain: str) -> datetime | None:
    request = Request(  # noqa: S310 — the address is a setting
        f"{settings.DIAGNOSIS['rdap']}{domain}", headers={"Accept": "application/rdap+json"}
    )
    try:
        with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            document = json.loads(answer.read(MOST_BYTES))
    except (URLError, OSError, HTTPException, ValueError):
        return None
    events = document.get("events", []) if isinstance(document, dict) else []
    for event in events:
        if isinstance(event, dict) and event.get("eventAction") == "expiration":
            return _moment(str(event.get("eventDate", "")))
    return None


def _by_whois(domain: str) -> datetime | None:
    server, text = settings.DIAGNOSIS["whois"], ""
    for _hop in range(3):
        text = _whois(server, domain)
        found = _EXPIRES.search(text)
        if found:
            return _moment(found[1])
        refers = _REFERS.search(text)
        if refers is None or refers[1].lower() == server:
            return None
        server = refers[1].lower()
    return None


def _whois(server: str, domain: str) -> str:
    try:
        with socket.create_connection(
            (server, settings.DIAGNOSIS["whois_port"]), timeout=TIMEOUT_S
        ) as connection:
            connection.settimeout(TIMEOUT_S)
            connection.sendall(f"{domain}\r\n".encode("ascii"))
            data = b""
            while len(data) < MOST_BYTES and (part := connection.recv(8192)):
                data += part
    except (OSError, UnicodeError):
        return ""
    return data.decode("utf-8", "replace")


def _moment(text: str) -> datetime | None:
    for pattern in ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d", "%Y.%m.%d", "%d.%m.%Y"):
        try:
            read = datetime.strptime(text, pattern)  # noqa: DTZ007 — a date alone counts as UTC
        except ValueError:
            continue
        return read if read.tzinfo else read.replace(tzinfo=UTC)
    return None
