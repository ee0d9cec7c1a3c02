"""Mailboxes that cannot be pushed: IMAP with IDLE (RFC 2177). Stored and committed first, moved away afterwards.

Nothing here relies on what the server remembers: every round takes whatever lies in the folder, by the UIDs of this
very connection, so a new UIDVALIDITY or a process killed between storing and moving costs nothing but a second look,
and the content itself tells that a mail is here already.
"""

import imaplib
import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from messaging.models import Mailbox
from messaging.services import doorbell
from messaging.services.receiving import ensure_mailbox, mailbox_for, store_raw

logger = logging.getLogger(__name__)

# Servers end an IDLE after half an hour; asking anew each minute also finds a connection that has died silently.
IDLE_S = 60.0
TIMEOUT_S = 30.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
# What may go wrong with the other side or the road to it.
AWAY = (imaplib.IMAP4.error, OSError, ssl.SSLError, httpx.HTTPError, ValueError)


@dataclass(frozen=True, slots=True)
class ImapSource:
    """One mailbox on an IMAP server, as the settings name it (docs/mail.md)."""

    name: str
    host: str
    port: int
    security: str
    user: str
    password: str
    folder: str
    done_folder: str
    address: str
    ca_file: str
    token_url: str
    client_id: str
    client_secret: str
    refresh_token: str

    @classmethod
    def of(cls, name: str, given: dict[str, str]) -> "ImapSource":
        """Raises `ValueError` with what is missing."""
        missing = [key for key in ("host", "user") if not given.get(key)]
        if not given.get("password") and not given.get("refresh_token"):
            missing.append("password or refresh_token")
        if missing:
            raise ValueError(f"IMAP source {name}: {', '.join(missing)} is not set")
        security = given.get("security") or "tls"
        return cls(
            name=name,
            host=given["host"],
            port=int(given.get("port") or (993 if security == "tls" else 143)),
            security=security,
            user=given["user"],
            password=given.get("password", ""),
            folder=given.get("folder") or "INBOX",
            done_folder=given.get("done_folder") or "Helpdesk",
            address=(given.get("address") or given["user"]).lower(),
            ca_file=given.get("ca_file", ""),
            token_url=given.get("token_url", ""),
            client_id=given.get("client_id", ""),
            client_secret=given.get("client_secret", ""),
            refresh_token=given.get("refresh_token", ""),
        )


def watch(source: ImapSource, stop: Callable[[], bool]) -> None:
    """Fetch for ever: a round after each sign of life of the server, a new connection after each failure."""
    wait = FIRST_WAIT_S
    while not stop():
        began = time.monotonic()
        try:
            _session(source, stop)
        except AWAY as error:
            logger.warning("mailbox %s: %s: %s", source.name, type(error).__name__, str(error)[:200])
        if time.monotonic() - began > LONGEST_WAIT_S:
            wait = FIRST_WAIT_S
        _pause(wait, stop)
        wait = min(wait * 2, LONGEST_WAIT_S)


def _pause(seconds: float, stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stop():
        time.sleep(0.2)


def _session(source: ImapSource, stop: Callable[[], bool]) -> None:
    with connect(source) as server:
        _ensure_folder(server, source.done_folder)
        while not stop():
            # What is announced while we fetch is announced once: IDLE would wait for the mail after it.
            server.client.response("EXISTS")
            fetch_all(server, source)
            if server.client.response("EXISTS")[1] == [None]:
                _idle(server, stop)


def _idle(server: BaseMailBox, stop: Callable[[], bool]) -> None:
    """Until the server says that something has changed, `IDLE_S` at most. A server without IDLE is asked often."""
    if not _can_idle(server):
        _pause(3.0, stop)
        return
    until = time.monotonic() + IDLE_S
    with server.idle as idle:
        while time.monotonic() < until and not stop():
            if idle.poll(timeout=2.0):
                return


def _can_idle(server: BaseMailBox) -> bool:
    """Many servers say what they can only after the sign-in."""
    _status, words = server.client.capability()
    return any(b"IDLE" in bytes(line).upper().split() for line in words if line)


def connect(source: ImapSource) -> BaseMailBox:
    """A signed-in connection with the folder selected. Raises what `AWAY` names."""
    context = ssl.create_default_context(cafile=source.ca_file or None)
    server: BaseMailBox
    if source.security == "none":
        server = MailBoxUnencrypted(source.host, source.port, timeout=TIMEOUT_S)
    elif source.security == "starttls":
        server = MailBoxStartTls(source.host, source.port, timeout=TIMEOUT_S, ssl_context=context)
    else:
        server = MailBox(source.host, source.port, timeout=TIMEOUT_S, ssl_context=context)
    if source.refresh_token:
        server.xoauth2(source.user, _access_token(source), initial_folder=source.folder)
    else:
        server.login(source.user, source.password, initial_folder=source.folder)
    return server


def _access_token(source: ImapSource) -> str:
    """A short-lived token for the refresh token (RFC 6749 §6)."""
    answer = httpx.post(
        source.token_url,
        data={
            "grant_type": "refresh_token",
            "refresh_token": source.refresh_token,
            "client_id": source.client_id,
            "client_secret": source.client_secret,
        },
        timeout=TIMEOUT_S,
    )
    if answer.status_code != 200:
        raise ValueError(f"the token server answers {answer.status_code}")
    return str(answer.json()["access_token"])


def _ensure_folder(server: BaseMailBox, name: str) -> None:
    if not server.folder.exists(name):
        server.folder.create(name)


def fetch_all(server: BaseMailBox, source: ImapSource) -> int:
    """Store whatever lies in the folder, then move what is stored; returns how many were new.

    A mail that could not be read from the server, or not be stored, stays where it is.
    """
    new = 0
    for uid in server.uids():
        raw = _raw(server, uid)
        if raw is None:
            continue
        receipt = store_raw(mailbox=_mailbox(source), raw=raw, envelope_to=[source.address])
        if receipt.is_new:
            new += 1
            doorbell.ring("tickets.route_inbound", receipt.message_id, queue="mail_in")
        server.move(uid, source.done_folder)
    return new


def _raw(server: BaseMailBox, uid: str) -> bytes | None:
    """The bytes as the server has them; None when another reader took the mail meanwhile, or nothing came."""
    status, parts = server.client.uid("FETCH", uid, "(BODY.PEEK[])")
    if status != "OK":
        return None
    found = [part[1] for part in parts or [] if isinstance(part, tuple) and len(part) > 1 and part[1]]
    return bytes(found[0]) if found else None


def _mailbox(source: ImapSource) -> Mailbox:
    return mailbox_for(source.address) or ensure_mailbox()
