"""The catalogue, remembered: an alert storm should not read the same forty rows a hundred times a second."""

import time

from tickets.models import Category

# An administrator who changes a category waits this long for the last process to notice.
REMEMBER_SECONDS = 10.0
_known: dict[str, tuple[float, Category]] = {}


def active(code: str) -> Category | None:
    """The category in use with this code, as it was at most ten seconds ago. Misses are never remembered."""
    known = _known.get(code)
    if known and known[0] > time.monotonic():
        return known[1]
    found = Category.objects.filter(code=code, is_active=True).first()
    if found:
        _known[code] = (time.monotonic() + REMEMBER_SECONDS, found)
    return found


def forget() -> None:
    """Read the rows again from now on."""
    _known.clear()
