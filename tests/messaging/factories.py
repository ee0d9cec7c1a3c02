"""Mail for the tests of this room."""

import socket
from email.message import EmailMessage
from email.utils import make_msgid

from messaging.models import InboundMessage, Mailbox
from messaging.services.receiving import ensure_mailbox, store_raw


def raw_mail(
    text: str = "The server is down.",
    *,
    sender: str = "Contact <it@customer.example>",
    to: str = "support@desk.example",
    subject: str = "Server",
    message_id: str = "",
    html: str = "",
    files: dict[str, bytes] | None = None,
    **headers: str,
) -> bytes:
    """A well-formed mail; header names are written with underscores, for example ``In_Reply_To``."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = message_id or make_msgid(domain="customer.example")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, content in (files or {}).items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def received(
    raw: bytes | None = None,
    *,
    envelope_from: str = "it@customer.example",
    mailbox: Mailbox | None = None,
    **mail: str,
) -> InboundMessage:
    """A mail as the intake stores it."""
    box = mailbox or ensure_mailbox()
    receipt = store_raw(
        mailbox=box,
        raw=raw if raw is not None else raw_mail(**mail),
        envelope_from=envelope_from,
        envelope_to=[mail.get("to", box.address)],
        peer="test",
    )
    return InboundMessage.objects.get(pk=receipt.message_id)


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
