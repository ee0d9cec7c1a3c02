"""What a page's browser may hear: a signed list of channels with the moment the page was made."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing

MAX_AGE_SECONDS = 12 * 60 * 60
SALT = "common.live"


@dataclass(frozen=True)
class Subscription:
    """The channels of one stream; `issued_ms` is when the page that asks for it was rendered."""

    channels: tuple[str, ...]
    issued_ms: int

    @property
    def expires_in(self) -> float:
        """Seconds for which the stream may stay open."""
        return max(0.0, MAX_AGE_SECONDS - (now_ms() - self.issued_ms) / 1000)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def token(channels: Sequence[str]) -> str:
    """Sign the channels for twelve hours, one long shift. The caller has checked that its user may hear them."""
    return signing.dumps([now_ms(), *dict.fromkeys(channels)], salt=SALT, compress=True)


def read(text: str) -> Subscription | None:
    """What a token allows, or None when it is forged, damaged or too old."""
    try:
        issued_ms, *channels = signing.loads(text, salt=SALT, max_age=MAX_AGE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Subscription(tuple(map(str, channels)), int(issued_ms))
