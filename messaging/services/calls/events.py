"""An event of a PBX (docs/telephony.md) in the desk's words, and the proof that it is from that PBX."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime

from messaging.enums import CallEventType

# Older signatures are refused; a PBX whose clock is further off has to be set right.
MAX_AGE_S = 300
# An event that was kept back, for example while the desk was away, still tells when it happened.
MAX_DELAY = timedelta(days=1)


class UnreadableEventError(ValueError):
    """What is wrong with an event, in English: programs send it, and it is shown in a problem document."""


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One step of a call. Strings are as they came, cut to length; `at` is None when the PBX gave no time."""

    event_id: str
    call_id: str
    type: CallEventType
    at: datetime | None
    caller: str
    caller_name: str
    dialled: str
    operator: str
    recording_url: str
    mark: str

    def happened(self, received_at: datetime) -> datetime:
        """The PBX's own time, never later than the event came and never more than a day earlier."""
        return min(max(self.at or received_at, received_at - MAX_DELAY), received_at)


def secrets_of(source: str) -> list[str]:
    """Secrets of a telephone source, the newest first; [] for one that is not set up."""
    found: list[str] = settings.PHONE_SOURCES.get(source, [])
    return found


def is_signed(*, source: str, timestamp: str, signature: str, body: bytes, now: datetime) -> bool:
    """HMAC-SHA256 over ``timestamp.body`` with a secret of the source, in hexadecimal, not older than `MAX_AGE_S`."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    fresh = abs(now.timestamp() - int(timestamp)) <= MAX_AGE_S
    given = signature.removeprefix("sha256=").lower().encode("utf-8", "replace")
    good = [
        hmac.compare_digest(sign(secret, timestamp, body).encode(), given) for secret in secrets_of(source)
    ]
    return fresh and any(good)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """What `is_signed` expects, without its optional ``sha256=``."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def parse_event(raw: bytes) -> CallEvent:
    """Raises `UnreadableEventError` with the name of the field that is wrong."""
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableEventError("the body is not JSON") from error
    if not isinstance(given, dict):
        raise UnreadableEventError("the body is not an object")
    kind = _text(given, "type", 20)
    if kind not in CallEventType.values:
        raise UnreadableEventError(f"type: one of {', '.join(CallEventType.values)}")
    call_id = _text(given, "call_id", 128)
    if not call_id:
        raise UnreadableEventError("call_id: is missing")
    recording = _text(given, "recording_url", 500)
    if recording and not recording.startswith(("https://", "http://")):
        raise UnreadableEventError("recording_url: an http or https address")
    return CallEvent(
        event_id=_text(given, "event_id", 128) or hashlib.sha256(raw).hexdigest(),
        call_id=call_id,
        type=CallEventType(kind),
        at=_time(given.get("at")),
        caller=_text(given, "from", 64),
        caller_name=_text(given, "name", 100),
        dialled=_text(given, "to", 64),
        operator=_text(given, "operator", 64),
        recording_url=recording,
        mark=_text(given, "mark", 64),
    )


def _text(given: dict[str, Any], name: str, length: int) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise UnreadableEventError(f"{name}: a string")
    return "".join(letter for letter in str(value) if letter.isprintable()).strip()[:length]


def _time(value: object) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, int | float) or (isinstance(value, str) and value.replace(".", "", 1).isdigit()):
            return datetime.fromtimestamp(float(value), UTC)
        found = parse_datetime(str(value))
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableEventError("at: ISO 8601 with an offset, or seconds since 1970") from error
    if found is None or found.tzinfo is None:
        raise UnreadableEventError("at: ISO 8601 with an offset, or seconds since 1970")
    return found
