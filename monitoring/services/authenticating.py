"""Which source a token speaks for, without asking the database on every request.

A storm must not pay for a look-up per alert, and alerts must be accepted while the database is away: the directory of
sources is kept in the process for a few seconds, and for as long as it takes when it cannot be read again.
"""

import hashlib
import hmac
import logging
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.db import InterfaceError, OperationalError

from common import clock
from monitoring.models import Source

logger = logging.getLogger(__name__)
PREFIX = "hz_"
FRESH_SECONDS = 5.0
# An unknown token may have been made a moment ago in another process, but strangers must stay cheap.
RELOAD_SECONDS = 1.0
DATABASE_AWAY = (OperationalError, InterfaceError)


@dataclass(frozen=True, slots=True)
class SourceRules:
    """What processing needs to know of a source; a plain value that outlives a lost database."""

    id: int
    kind: str
    name: str
    slug: str
    networks: tuple[IPv4Network | IPv6Network, ...]
    base_url: str
    recovery_policy: str
    min_severity: int
    reopen_minutes: int
    hold_seconds: int

    @classmethod
    def of(cls, source: Source) -> "SourceRules":
        return cls(
            id=source.pk,
            kind=source.kind,
            name=source.name,
            slug=source.slug,
            networks=tuple(ip_network(network, strict=False) for network in source.allowed_networks),
            base_url=source.base_url.rstrip("/"),
            recovery_policy=source.recovery_policy,
            min_severity=source.min_severity,
            reopen_minutes=source.reopen_minutes,
            hold_seconds=source.hold_seconds,
        )

    def admits(self, address: str) -> bool:
        """True when the source may be spoken for from this address."""
        if not self.networks:
            return True
        try:
            caller = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(caller, "ipv4_mapped", None) or caller
        return any(mapped in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class _Entry:
    digest: str
    until: datetime | None
    rules: SourceRules


@dataclass(slots=True)
class _Directory:
    """Replaced as a whole, never changed in place: request threads may be reading it."""

    entries: tuple[_Entry, ...] = ()
    read_at: float = float("-inf")
    known: bool = False


_directory = _Directory()


def new_token() -> tuple[str, str]:
    """A token of 256 random bits and its digest. The token itself is kept nowhere."""
    text = PREFIX + secrets.token_urlsafe(32)
    return text, digest_of(text)


def digest_of(token: str) -> str:
    """SHA-256: the tokens carry so much chance that no slow hash is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def forget_sources() -> None:
    """The next request reads the sources again. Called whenever one is saved."""
    global _directory
    _directory = _Directory()


def rules_for_token(token: str) -> SourceRules | None:
    """The source a token speaks for, or None. Raises `OperationalError` only if the sources were never read."""
    digest = digest_of(token)
    return _match(_entries(FRESH_SECONDS), digest) or _match(_entries(RELOAD_SECONDS), digest)


def _match(entries: tuple[_Entry, ...], digest: str) -> SourceRules | None:
    """Compares with every entry in constant time each, so that time tells nothing of a digest."""
    found = None
    for entry in entries:
        if hmac.compare_digest(entry.digest, digest) and (entry.until is None or entry.until > clock.now()):
            found = entry.rules
    return found


def _entries(max_age: float) -> tuple[_Entry, ...]:
    global _directory
    if time.monotonic() - _directory.read_at < max_age:
        return _directory.entries
    try:
        _directory = _Directory(entries=_read(), read_at=time.monotonic(), known=True)
    except DATABASE_AWAY:
        if not _directory.known:
            raise
        logger.warning("the sources cannot be read; going on with those known before")
        _directory = _Directory(entries=_directory.entries, read_at=time.monotonic(), known=True)
    return _directory.entries


def _read() -> tuple[_Entry, ...]:
    entries: list[_Entry] = []
    for source in Source.objects.filter(is_active=True):
        rules = SourceRules.of(source)
        entries.append(_Entry(source.token_digest, None, rules))
        if source.previous_digest:
            entries.append(_Entry(source.previous_digest, source.previous_valid_until, rules))
    return tuple(entries)
