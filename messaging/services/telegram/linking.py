"""Tying a chat to a contact: a bot cannot write first, and a name in a chat proves nothing (test 70).

The signed-in contact opens the chat by a one-time link; whoever sends its key from there is that contact.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.enums import AddressKind
from accounts.models import Contact, ContactAddress
from common.errors import Missing
from messaging.enums import Channel
from messaging.models import ChatLink
from messaging.services.receiving import ensure_source
from messaging.services.telegram.api import bot_settings

VALID_FOR = timedelta(minutes=15)


def address_of(bot: str, chat_id: int | str) -> str:
    """How a chat is written in addresses of contacts and messages."""
    return f"{bot}:{chat_id}"


@transaction.atomic
def make_link(*, contact: Contact, bot: str) -> str:
    """The address that opens the chat with a key for this contact; earlier unused keys end. Raises `Missing`."""
    known = bot_settings(bot)
    if known is None or not known["username"]:
        raise Missing(_("There is no such bot."))
    key = secrets.token_urlsafe(24)
    source = ensure_source(Channel.TELEGRAM, bot)
    ChatLink.objects.filter(contact=contact, bot=source, used_at=None).delete()
    ChatLink.objects.create(bot=source, contact=contact, digest=_digest(key), expires_at=Now() + VALID_FOR)
    return f"https://t.me/{known['username']}?start={key}"


@transaction.atomic
def redeem(*, bot: str, chat_id: int, key: str) -> Contact | None:
    """The contact whose key this is; from now on the chat is theirs. None for a key that is not valid (any more).

    A chat that was somebody else's changes hands: whoever holds both the chat and a fresh key of the portal decides.
    """
    links = ChatLink.objects.filter(
        digest=_digest(key), bot__address=bot, used_at=None, expires_at__gt=Now(), contact__is_active=True
    )
    link = links.select_for_update(of=("self",)).select_related("contact__customer").first()
    if link is None:
        return None
    ChatLink.objects.filter(pk=link.pk).update(used_at=Now())
    address = address_of(bot, chat_id)
    ContactAddress.objects.filter(kind=AddressKind.TELEGRAM, value=address).exclude(
        contact=link.contact
    ).delete()
    with transaction.atomic():
        ContactAddress.objects.update_or_create(
            contact=link.contact, kind=AddressKind.TELEGRAM, value=address, defaults={"is_verified": True}
        )
    return link.contact


def unlink(*, contact: Contact) -> int:
    """No chat is this contact's any more; how many were."""
    return ContactAddress.objects.filter(contact=contact, kind=AddressKind.TELEGRAM).delete()[0]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
