"""How far a mail's From can be believed: by what our own MX found out (RFC 8601), and by nothing else.

Only the topmost `Authentication-Results` counts, and only when it names our own server: everything below it, and a
header that names another server, was written by whoever sent the mail.
"""

import re
from collections.abc import Iterator
from email.message import Message
from enum import StrEnum

from messaging.services import mime

COMMENT = re.compile(r"\([^()]{0,500}\)")
RESULT = re.compile(r"\A\s*([a-z0-9-]+)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
PROPERTY = re.compile(r"\b([a-z]+)\s*\.\s*([a-z0-9_-]+)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
# A domain that vouches for the one in From when it is the same or above it (relaxed alignment, RFC 7489 §3.1).
VOUCHING = {"dkim": ("header", "d"), "spf": ("smtp", "mailfrom")}


class Trust(StrEnum):
    """`believed`: no server of ours looks, the address is taken as written. `aligned`: the domain in From stands
    behind it. `unproven`: it neither does nor denies it. `forged`: its owner says that this is not theirs.
    """

    BELIEVED = "believed"
    ALIGNED = "aligned"
    UNPROVEN = "unproven"
    FORGED = "forged"

    @property
    def proves_sender(self) -> bool:
        return self in (Trust.BELIEVED, Trust.ALIGNED)


def trust_of(message: Message, *, authserv_id: str) -> Trust:
    """The trust in the From address, with the identity of our server, or '' when none of ours checks mail."""
    senders = {address for _name, address in mime.addresses(message, "From")}
    if not authserv_id:
        return Trust.BELIEVED
    if len(senders) != 1 or len(mime.headers(message, "From")) != 1:
        return Trust.UNPROVEN
    domain = senders.pop().rpartition("@")[2]
    results = list(_results(message, authserv_id))
    for method, result, properties in results:
        if method == "dmarc" and properties.get(("header", "from"), domain).lower() == domain:
            if result == "pass":
                return Trust.ALIGNED
            if result == "fail":
                return Trust.FORGED
    vouched = any(
        result == "pass" and method in VOUCHING and _aligned(properties.get(VOUCHING[method], ""), domain)
        for method, result, properties in results
    )
    return Trust.ALIGNED if vouched else Trust.UNPROVEN


def _results(message: Message, authserv_id: str) -> Iterator[tuple[str, str, dict[tuple[str, str], str]]]:
    """(method, result, properties) of the topmost header when our server wrote it."""
    top = mime.headers(message, "Authentication-Results")[:1]
    if not top:
        return
    server, _mark, rest = COMMENT.sub(" ", top[0]).partition(";")
    if (server.split() or [""])[0].lower() != authserv_id.lower():
        return
    for part in rest.split(";")[:30]:
        found = RESULT.match(part)
        if found:
            properties = {(kind.lower(), name.lower()): value for kind, name, value in PROPERTY.findall(part)}
            yield found[1].lower(), found[2].lower(), properties


def _aligned(vouching: str, domain: str) -> bool:
    vouching = vouching.lower().rpartition("@")[2]
    return "." in vouching and (domain == vouching or domain.endswith(f".{vouching}"))
