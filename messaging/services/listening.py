"""The door for mail: an SMTP or LMTP listener that says 250 only after the commit."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import Error, close_old_connections

from messaging.models import Mailbox
from messaging.services import doorbell, receiving

logger = logging.getLogger(__name__)
# The library logs every command with its addresses.
logging.getLogger("mail.log").setLevel(logging.WARNING)
T = TypeVar("T")

LATER = "451 4.3.0 Storage is away for a moment, please try again"
UNKNOWN = "550 5.1.1 No such mailbox"
STORED = "250 2.0.0 Stored"
# Some programs write longer lines than RFC 5321 allows; refusing them would lose a customer's mail.
LINE_LIMIT = 64 * 1024
WORKERS = 8
# A mail costs the door some ten times its size while it is stored: larger ones are taken one after the other.
LARGE = 2 * 1024 * 1024
LARGE_PATIENCE_S = 60.0
BUSY = "452 4.3.1 Busy with another large message, please try again"


class _Smtp(SMTP):
    line_length_limit = LINE_LIMIT

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.let_next_large(self.session)
        super().connection_lost(error)


class _Lmtp(LMTP):
    line_length_limit = LINE_LIMIT

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.let_next_large(self.session)
        super().connection_lost(error)


class Door:
    """Handler of aiosmtpd. All database work runs in a few threads, each with its own connection."""

    def __init__(self) -> None:
        self.database = ThreadPoolExecutor(WORKERS, thread_name_prefix="intake-db")
        self.bells = ThreadPoolExecutor(1, thread_name_prefix="intake-bell")
        self.ringing = 0
        self.large = asyncio.Lock()
        self.large_of: Session | None = None

    async def handle_MAIL(  # noqa: N802 — the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A message that says it is large waits for its turn here, before a byte of it has come."""
        if _declared(options) > LARGE and not await self._take_large(session):
            return BUSY
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 — as above
        self.let_next_large(session)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 — the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        try:
            mailbox = await self._in_database(receiving.mailbox_for, address)
        except Error as error:
            logger.warning("mail for %s has to wait: %s", address, error)
            return LATER
        if mailbox is None:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        _mailboxes(envelope)[mailbox.pk] = mailbox
        return "250 2.1.5 Recipient is known"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 — as above
        answers = [STORED] * (len(envelope.rcpt_tos) if isinstance(server, LMTP) else 1)
        if len(envelope.original_content or b"") > LARGE and not await self._take_large(session):
            return "\r\n".join([BUSY] * len(answers))
        try:
            for mailbox in _mailboxes(envelope).values():
                receipt = await self._in_database(_store, mailbox, envelope, str(session.peer))
                if receipt.is_new:
                    self._ring(receipt.message_id)
        except Error as error:
            logger.warning("a mail is not taken, its sender will try again: %s", error)
            answers = [LATER] * len(answers)
        finally:
            self.let_next_large(session)
        # LMTP wants one answer per recipient (RFC 2033 §4.2); SMTP one for the message.
        return "\r\n".join(answers)

    async def handle_exception(self, error: Exception) -> str:
        """Whatever went wrong is ours, not the sender's: a 5xx would bounce a customer's mail."""
        logger.error("mail conversation failed", exc_info=error)
        return LATER

    async def _take_large(self, session: Session) -> bool:
        """Wait for the one place for large messages; False when it does not come free in time."""
        if self.large_of is session:
            return True
        try:
            await asyncio.wait_for(self.large.acquire(), LARGE_PATIENCE_S)
        except TimeoutError:
            return False
        self.large_of = session
        return True

    def let_next_large(self, session: Session | None) -> None:
        """The place is free again, if this conversation had it."""
        if session is not None and self.large_of is session:
            self.large_of = None
            self.large.release()

    async def _in_database(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self.database, _with_connection, work, *arguments
        )

    def _ring(self, message_id: int) -> None:
        """Beside the conversation: 250 does not wait for the broker, and a slow broker is not queued up for."""
        if self.ringing >= WORKERS:
            return
        self.ringing += 1
        ring = self.bells.submit(doorbell.ring, "tickets.route_inbound", message_id, queue="mail_in")
        loop = asyncio.get_running_loop()

        def rung(_future: object) -> None:
            with suppress(RuntimeError):  # the loop may have ended first
                loop.call_soon_threadsafe(self._rung)

        ring.add_done_callback(rung)

    def _rung(self) -> None:
        self.ringing -= 1

    def close(self) -> None:
        self.database.shutdown(wait=True)
        self.bells.shutdown(wait=False, cancel_futures=True)


class Listener:
    """A running door. `start` raises OSError when the place is taken."""

    def __init__(self, *, host: str = "", port: int = 0, path: str = "", protocol: str = "smtp") -> None:
        self.host, self.port, self.path = host, port, path
        self.protocol = _Lmtp if protocol == "lmtp" else _Smtp
        self.door = Door()
        self.server: asyncio.Server | None = None

    async def start(self) -> str:
        """Open the door; returns where, in words for the log."""
        loop = asyncio.get_running_loop()
        if self.path:
            with suppress(FileNotFoundError):
                Path(self.path).unlink()
            self.server = await loop.create_unix_server(self._conversation, self.path)
            Path(self.path).chmod(0o660)
            return self.path
        self.server = await loop.create_server(self._conversation, self.host, self.port)
        self.port = self.server.sockets[0].getsockname()[1]
        return f"{self.host}:{self.port}"

    def _conversation(self) -> SMTP:
        return self.protocol(
            self.door,
            data_size_limit=settings.MAIL_MAX_BYTES,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname=settings.MAIL_DOMAIN,
            ident="helpdesk intake",
            timeout=300,
        )

    async def stop(self) -> None:
        if self.server is not None:
            self.server.close()
        await asyncio.get_running_loop().run_in_executor(None, self.door.close)


def _declared(options: list[str]) -> int:
    """The size that the sender announced (RFC 1870), 0 when it announced none."""
    sizes = [option[5:] for option in options if option.upper().startswith("SIZE=")]
    return int(sizes[0]) if sizes and sizes[0].isascii() and sizes[0].isdigit() else 0


def _mailboxes(envelope: Envelope) -> dict[int, Mailbox]:
    """Mailboxes of the recipients accepted so far; aiosmtpd gives each message a new envelope."""
    found: dict[int, Mailbox] = envelope.__dict__.setdefault("mailboxes", {})
    return found


def _store(mailbox: Mailbox, envelope: Envelope, peer: str) -> receiving.Receipt:
    return receiving.store_raw(
        mailbox=mailbox,
        raw=envelope.original_content or b"",
        # aiosmtpd hands the null return path over with its brackets.
        envelope_from=(envelope.mail_from or "").removeprefix("<").removesuffix(">"),
        envelope_to=envelope.rcpt_tos,
        peer=peer,
    )


def _with_connection(work: Callable[..., T], *arguments: Any) -> T:
    close_old_connections()
    try:
        return work(*arguments)
    finally:
        close_old_connections()
