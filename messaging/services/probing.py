"""Channel canaries: the desk writes to itself through each channel's own door, and looks whether it arrives."""

import json
import logging
import secrets
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate

import httpx
from django.conf import settings
from django.core.mail import EmailMessage as DjangoMail
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare, salted_hmac

from common import clock
from messaging.enums import LOOP_HEADER, PROBE_HEADER, Channel
from messaging.models import Mailbox, Probe
from messaging.queries import configured
from messaging.services.calls.events import secrets_of, sign
from messaging.services.keeping_on import stuck
from messaging.services.receiving import ensure_source
from messaging.services.telegram.api import (
    BotApi,
    TelegramError,
    UnreachableError,
    bot_settings,
    webhook_secret,
)

logger = logging.getLogger(__name__)

SALT = "messaging.probe"
KEPT = timedelta(days=2)
TIMEOUT_S = 10.0


def probe_all() -> int:
    """Send one probe through each channel that is set up; returns how many. Old ones are forgotten."""
    Probe.objects.filter(sent_at__lt=Now() - KEPT).delete()
    for name in settings.TELEGRAM_BOTS:
        ensure_source(Channel.TELEGRAM, name)
    for name in settings.PHONE_SOURCES:
        ensure_source(Channel.PHONE, name)
    channels = configured()
    for mailbox in channels:
        _probe(mailbox)
    return len(channels)


def recognise(mark: str) -> bool:
    """True for a probe of ours that has arrived; it is noted as seen."""
    nonce, _dot, proof = mark.partition(".")
    if not constant_time_compare(proof, _proof(nonce)):
        return False
    Probe.objects.filter(mark=mark, seen_at=None).update(seen_at=Now())
    return True


def _mark() -> str:
    nonce = secrets.token_hex(8)
    return f"{nonce}.{_proof(nonce)}"


def _proof(nonce: str) -> str:
    return salted_hmac(SALT, nonce, algorithm="sha256").hexdigest()[:32]


def _probe(mailbox: Mailbox) -> None:
    probe = Probe.objects.create(mailbox=mailbox, mark=_mark())
    try:
        SENDERS[Channel(mailbox.channel)](mailbox, probe)
    except (
        OSError,
        smtplib.SMTPException,
        httpx.HTTPError,
        TelegramError,
        UnreachableError,
        ValueError,
    ) as error:
        Probe.objects.filter(pk=probe.pk).update(error=f"{type(error).__name__}: {error}"[:300])
        logger.warning("the probe of %s could not be sent: %s", mailbox, error)


def _send_mail(mailbox: Mailbox, probe: Probe) -> None:
    """By the outgoing server when it leads back to us, that is the way a customer's mail takes; else to our own door."""
    if mailbox.address in _fetched() and stuck("imap"):
        raise ValueError("nobody fetches this mailbox: `manage.py imap` stands still")
    headers = {PROBE_HEADER: probe.mark, LOOP_HEADER: settings.MAIL_FROM, "Auto-Submitted": "auto-generated"}
    if settings.MAIL_PROBE_BY_SERVER:
        DjangoMail("probe", "probe", to=[mailbox.address], headers=headers).send()
        return
    mail = EmailMessage()
    mail["From"] = mail["To"] = mailbox.address
    mail["Subject"], mail["Date"] = "probe", formatdate()
    mail["Message-ID"] = f"<probe.{probe.mark}@{settings.MAIL_DOMAIN}>"
    for name, value in headers.items():
        mail[name] = value
    mail.set_content("probe")
    host, port = settings.MAIL_INTAKE_HOST, settings.MAIL_INTAKE_PORT
    with (smtplib.LMTP if settings.MAIL_INTAKE_PROTOCOL == "lmtp" else smtplib.SMTP)(
        settings.MAIL_INTAKE_SOCKET or host, 0 if settings.MAIL_INTAKE_SOCKET else port, timeout=TIMEOUT_S
    ) as server:
        server.send_message(mail)


def _fetched() -> set[str]:
    """Addresses whose mail comes by IMAP."""
    return {
        (given.get("address") or given.get("user") or "").lower() for given in settings.IMAP_SOURCES.values()
    }


def _send_telegram(mailbox: Mailbox, probe: Probe) -> None:
    """A bot cannot write to itself: the API is asked who we are, and our own door is knocked at as Telegram does."""
    name = mailbox.address
    if (bot_settings(name) or {}).get("updates") == "poll" and stuck("telegram"):
        raise ValueError("nobody asks Telegram for updates: `manage.py telegram poll` stands still")
    with BotApi(name) as bot:
        bot.call("getMe")
    update = {"update_id": -int(probe.pk), "probe": probe.mark}
    _post(
        f"/api/messaging/telegram/v1/{name}/updates",
        json.dumps(update).encode(),
        {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(name)},
    )


def _send_call(mailbox: Mailbox, probe: Probe) -> None:
    event = {"event_id": probe.mark, "call_id": "probe", "type": "probe", "mark": probe.mark}
    body = json.dumps(event).encode()
    timestamp = str(int(clock.now().timestamp()))
    signature = sign(secrets_of(mailbox.address)[0], timestamp, body)
    _post(
        "/api/messaging/calls/v1/events",
        body,
        {"X-Desk-Source": mailbox.address, "X-Desk-Timestamp": timestamp, "X-Desk-Signature": signature},
    )


def _post(path: str, body: bytes, headers: dict[str, str]) -> None:
    """To our own public address, the way the other side comes."""
    answer = httpx.post(
        f"{settings.BASE_URL}{path}", content=body, headers={"Content-Type": "application/json", **headers},
        timeout=TIMEOUT_S, follow_redirects=False,
    )  # fmt: skip
    if answer.status_code not in (200, 202):
        raise ValueError(f"our own door answers {answer.status_code}")


SENDERS = {Channel.MAIL: _send_mail, Channel.TELEGRAM: _send_telegram, Channel.PHONE: _send_call}
