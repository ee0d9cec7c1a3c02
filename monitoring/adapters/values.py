"""Reading single values the way Zabbix writes them.

Everything arrives as text. A macro that the server does not know arrives as its own name, a host or inventory macro
without a value as ``*UNKNOWN*``: both, and the empty text, mean "absent".
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from common.errors import Unprocessable
from monitoring.enums import RejectReason

MAX_BIGINT = 2**63 - 1
_MACRO = re.compile(r"\{[$#]?[A-Z][A-Z0-9_.]*(?::[^{}]*)?\}|\{\{.+\}\.[a-z]+\(.*\)\}", re.DOTALL)
# Longer texts are somebody's words; the limit also bounds the time the pattern may take.
MACRO_MAX = 1000
SHOWN_MAX = 60
_DIGITS = re.compile(r"[0-9]{1,19}")
_LINKABLE = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


class Refused(Unprocessable):
    """A body that no retry can help. `reason` is what the administrator's list shows.

    `evidence` goes with it there: names and values as they came, in no language, for it is read in several.
    """

    def __init__(self, reason: RejectReason, detail: str, evidence: str = "", **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.reason = reason
        self.evidence = evidence
        self.code = reason.value
        self.status = 413 if reason == RejectReason.TOO_LARGE else 422


def is_macro(value: object) -> bool:
    """True for a macro that the sender left unresolved, such as ``{EVENT.ID}`` or ``{$ZABBIX.URL}``."""
    return isinstance(value, str) and len(value) < MACRO_MAX and _MACRO.fullmatch(value.strip()) is not None


def is_absent(value: object) -> bool:
    """True for null, the empty text, ``*UNKNOWN*`` and unresolved macros."""
    if value is None:
        return True
    return isinstance(value, str) and (not value.strip() or value.strip() == "*UNKNOWN*" or is_macro(value))


def is_linkable(url: str) -> bool:
    """An http address that may stand in a page's link."""
    return _LINKABLE.fullmatch(url) is not None


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot keep: NUL characters and halves of surrogate pairs."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def as_number(value: object, low: int = 0, high: int = MAX_BIGINT) -> int | None:
    """A whole number in plain ASCII digits (or a JSON integer) within the bounds, otherwise None."""
    if isinstance(value, str):
        digits = value.strip()
        value = int(digits) if _DIGITS.fullmatch(digits) else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if low <= value <= high else None


def as_instant(value: object) -> datetime | None:
    """UNIX seconds, or ISO 8601 with a zone; otherwise None. A time without a zone is no instant."""
    if isinstance(value, float):
        value = int(value) if abs(value) < 1e12 else None
    known = as_moment(value)
    if known or not isinstance(value, str) or len(value) > 40:
        return known
    try:
        read = datetime.fromisoformat(value.strip())
        # Year 1 is how Go writes "never".
        return read.astimezone(UTC) if read.tzinfo and read.year > 1 else None
    except (ValueError, OverflowError):
        return None


def as_moment(value: object) -> datetime | None:
    """UNIX seconds as an aware time. Zabbix's dates in the recipient's zone are never read."""
    # 253402300799 is the last second a datetime can hold.
    seconds = as_number(value, low=1, high=253_402_300_799)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


class Fields:
    """The fields of one body, and a memory of what was wrong with them."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        self.problems: list[dict[str, str]] = []

    def complain(self, name: str, message: str) -> None:
        self.problems.append({"field": name, "message": message})

    def require_keys(self, *names: str) -> None:
        """The fields must be in the body, even if the sender had no value for them."""
        for name in names:
            if name not in self.body:
                self.complain(name, _("The field is missing."))

    def text(self, name: str, limit: int = 2048) -> str:
        """The text cut to the limit; empty when absent. Objects and arrays are not texts."""
        value = self.body.get(name)
        if is_absent(value):
            return ""
        if isinstance(value, (dict, list)):
            self.complain(name, _("A text is expected here."))
            return ""
        return storable(str(value))[:limit]

    def number(self, name: str, low: int = 0, high: int = MAX_BIGINT) -> int:
        """A required number; complains and answers `low` when it is not one."""
        number = as_number(self.body.get(name), low, high)
        if number is None:
            self.complain(
                name, _("A whole number from %(low)s to %(high)s is expected.") % {"low": low, "high": high}
            )
            return low
        return number

    def optional_number(self, name: str) -> int | None:
        return as_number(self.body.get(name), low=1)

    def moment(self, name: str) -> datetime | None:
        return as_moment(self.body.get(name))

    @property
    def evidence(self) -> str:
        """The fields complained of with the beginnings of what they hold."""
        return evidence_of(self.body, *(problem["field"] for problem in self.problems))


def evidence_of(body: dict[str, Any], *names: str) -> str:
    """Some fields of a body as they came, for `Refused.evidence`."""
    shown = (
        f"{name} = {json.dumps(body[name], ensure_ascii=False)[:SHOWN_MAX]}" if name in body else name
        for name in dict.fromkeys(names)
    )
    return storable(", ".join(shown))


def unusable(fields: Fields) -> Refused:
    """The refusal that names every wrong field."""
    return Refused(
        RejectReason.FIELDS, _("Some fields cannot be used."), fields.evidence, errors=fields.problems
    )
