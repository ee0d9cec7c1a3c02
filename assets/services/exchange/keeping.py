"""Uploaded files between the dry run and its confirmation: in the cache, half an hour, for the one who brought them."""

from __future__ import annotations

import io
import secrets
import zipfile

from django.core.cache import cache
from django.utils.translation import gettext as _

from accounts.enums import Actor
from assets.services.exchange.reading import Files, from_zip
from common.errors import Conflict

SECONDS = 1800


def keep(actor: Actor, files: Files) -> str:
    """Returns the word under which they are found again."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    word = secrets.token_urlsafe(16)
    cache.set(_place(actor, word), buffer.getvalue(), SECONDS)
    return word


def kept(actor: Actor, word: str) -> dict[str, bytes]:
    """Raises `Conflict` when they are gone."""
    data = cache.get(_place(actor, word[:64]))
    if data is None:
        raise Conflict(_("The files of this check are no longer kept. Choose them again."))
    return from_zip(data)


def forget(actor: Actor, word: str) -> None:
    cache.delete(_place(actor, word[:64]))


def _place(actor: Actor, word: str) -> str:
    return f"registry-import:{actor.user_id}:{word}"
