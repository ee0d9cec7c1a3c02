"""An update of the Bot API in the desk's words. Pure: JSON in, `ChatMessage` or a reason out."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_noop

# In the order in which Telegram names them; a message holds one.
FILES = {
    "document": ("", ""),
    "voice": ("voice.ogg", "audio/ogg"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "video": ("video.mp4", "video/mp4"),
    "video_note": ("video.mp4", "video/mp4"),
}
TEXT_MAX = 20_000
# Kept in English, shown in the reader's language.
NO_UPDATE = gettext_noop("no update of the Bot API")


class UnreadableUpdateError(ValueError):
    """No update of the Bot API."""


@dataclass(frozen=True, slots=True)
class ChatFile:
    """A file that can be fetched by its id; `size` is what Telegram says, in bytes."""

    file_id: str
    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What a person wrote in a private chat. `answers` is the number of the message it is a reply to, or None."""

    chat_id: int
    message_id: int
    name: str
    language: str
    written_at: datetime
    text: str
    files: tuple[ChatFile, ...]
    is_edit: bool = False
    answers: int | None = None

    @property
    def command(self) -> tuple[str, str]:
        """(`/start`, its argument) of a command, else ('', '')."""
        if not self.text.startswith("/"):
            return "", ""
        word, _blank, argument = self.text.partition(" ")
        return word.partition("@")[0].lower(), argument.strip()


def parse_update(raw: bytes) -> ChatMessage | str:
    """The message of an update, or why it holds none for us. Raises `UnreadableUpdateError`."""
    try:
        update = json.loads(raw)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            raise UnreadableUpdateError(NO_UPDATE)
        for kind in ("message", "edited_message"):
            if isinstance(update.get(kind), dict):
                return _message(update[kind], is_edit=kind == "edited_message")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError) as error:
        raise UnreadableUpdateError(NO_UPDATE) from error
    kinds = sorted(set(update) - {"update_id"})
    return f"not a message: {', '.join(kinds)[:100] or 'empty'}"


def probe_of(raw: bytes) -> str:
    """The mark of a probe of our own, '' for everything else."""
    try:
        found = json.loads(raw).get("probe")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return found[:64] if isinstance(found, str) else ""


def _message(message: dict[str, Any], *, is_edit: bool) -> ChatMessage | str:
    chat, person = message["chat"], message.get("from") or {}
    if chat.get("type") != "private":
        return f"not a private chat: {str(chat.get('type'))[:20]}"
    if person.get("is_bot"):
        return "written by a bot"
    files = tuple(_files(message))
    text = str(message.get("text") or message.get("caption") or "")[:TEXT_MAX].strip()
    if not text and not files:
        text = _in_words(message)
        if not text:
            return "nothing to read in it"
    name = " ".join(str(person.get(part) or "") for part in ("first_name", "last_name")).strip()
    return ChatMessage(
        chat_id=int(chat["id"]),
        message_id=int(message["message_id"]),
        name=(name or str(person.get("username") or ""))[:200],
        language="ru"
        if str(person.get("language_code") or "ru").startswith(("ru", "be", "uk", "kk"))
        else "en",
        written_at=datetime.fromtimestamp(int(message.get("edit_date") or message["date"]), UTC),
        text=text,
        files=files,
        is_edit=is_edit,
        answers=int(message["reply_to_message"]["message_id"]) if message.get("reply_to_message") else None,
    )


def _files(message: dict[str, Any]) -> list[ChatFile]:
    found = []
    if message.get("photo"):
        largest = max(message["photo"], key=lambda size: int(size.get("file_size") or 0))
        found.append(_file(largest, "photo.jpg", "image/jpeg"))
    for kind, (name, content_type) in FILES.items():
        if isinstance(message.get(kind), dict):
            found.append(_file(message[kind], name, content_type))
    return found


def _file(given: dict[str, Any], name: str, content_type: str) -> ChatFile:
    return ChatFile(
        file_id=str(given["file_id"]),
        name=str(given.get("file_name") or name or "file")[-150:],
        content_type=str(given.get("mime_type") or content_type or "application/octet-stream")[:100],
        size=int(given.get("file_size") or 0),
    )


def _in_words(message: dict[str, Any]) -> str:
    """What has no text of its own, as a line an operator can read."""
    if isinstance(message.get("sticker"), dict):
        return str(message["sticker"].get("emoji") or "🙂")[:8]
    if isinstance(message.get("contact"), dict):
        contact = message["contact"]
        return f"☎ {contact.get('first_name') or ''} {contact.get('phone_number') or ''}".strip()[:200]
    if isinstance(message.get("location"), dict):
        place = message["location"]
        return f"📍 {float(place['latitude']):.6f}, {float(place['longitude']):.6f}"
    return ""
