"""Reading single values the way Zabbix writes them.

Everything arrives as text. A macro that the server does not know arrives as its own name, a host or inventory macro
without a value as ``*UNKNOWN*``: both, and the empty text, mean "absent".
"""

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
_DIGITS = re.compile(r"[0-9]{1,19}")


class Refused(Unprocessable):
    """A body that no retry can help. `reason` is what the administrator's list shows."""

    def __init__(self, reason: RejectReason, detail: str, **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.reason = reason
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
