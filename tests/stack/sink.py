"""A mail server of somebody else: takes everything and remembers it."""

import threading
from email import message_from_bytes
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.stack.desk import free_port


class Sink:
    """`taken` holds (recipient, mail) in the order of arrival."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Message]] = []
        self.lock = threading.Lock()
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 — the name aiosmtpd calls
        mail = message_from_bytes(envelope.original_content or b"")
        with self.lock:
            self.taken += [(recipient, mail) for recipient in envelope.rcpt_tos]
        return "250 taken"

    def to(self, recipient: str) -> list[Message]:
        with self.lock:
            return [mail for address, mail in self.taken if address == recipient]

    def __enter__(self) -> "Sink":
        self.controller.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.controller.stop()

    @property
    def environment(self) -> dict[str, str]:
        """What makes a desk send its mail here."""
        return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(self.port), "EMAIL_USE_TLS": "0"}
