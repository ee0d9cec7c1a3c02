"""Asking for updates, for a desk that Telegram cannot call: long polling, each update stored before it is confirmed."""

import json
from typing import Any

from django.db.models import BigIntegerField, Max
from django.db.models.functions import Cast, Substr

from messaging.enums import Channel
from messaging.models import InboundMessage, Mailbox
from messaging.services import doorbell
from messaging.services.receiving import Receipt, ensure_source, store_event
from messaging.services.telegram.api import BotApi

PATIENCE_S = 25
KINDS = ["message", "edited_message"]
PREFIX = "update:"
RECENT = 500


def store_update(source: Mailbox, raw: bytes, update_id: int) -> Receipt:
    """One update, once by its number; the router is rung for a new one."""
    receipt = store_event(mailbox=source, raw=raw, event_id=f"{PREFIX}{update_id}")
    if receipt.is_new:
        doorbell.ring("tickets.route_inbound", receipt.message_id, queue="mail_in")
    return receipt


def poll(name: str, *, wait: int = PATIENCE_S) -> int:
    """One round: ask, store, ring; returns how many were new. Raises `TelegramError` and `UnreachableError`.

    What is stored is confirmed by the offset of the next round; a process killed in between is told it again, and
    the second telling is recognised by its number.
    """
    source = ensure_source(Channel.TELEGRAM, name)
    asked: dict[str, Any] = {"offset": _next(source), "timeout": wait, "allowed_updates": KINDS}
    with BotApi(name) as bot:
        updates = bot.ask("getUpdates", asked, patience=wait + 10)
    new = 0
    for update in updates:
        raw = json.dumps(update, ensure_ascii=False).encode()
        new += store_update(source, raw, int(update["update_id"])).is_new
    return new


def _next(source: Mailbox) -> int:
    """One past the highest number among the newest that are stored; 0 lets Telegram decide."""
    newest = InboundMessage.objects.filter(mailbox=source, message_id__startswith=PREFIX).order_by("-pk")
    numbers = InboundMessage.objects.filter(pk__in=newest.values("pk")[:RECENT]).annotate(
        number=Cast(Substr("message_id", len(PREFIX) + 1), BigIntegerField())
    )
    highest = numbers.aggregate(highest=Max("number"))["highest"]
    return highest + 1 if highest is not None else 0
