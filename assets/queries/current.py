"""The plant as it is now, kept by this process until the registry changes.

A trigger draws a new stamp with every statement that touches a table of the plant (migration 0005): one look at one
row tells whether what is kept still holds, whoever changed it and however.
"""

from __future__ import annotations

from threading import Lock

from django.db import connection

from assets.impact import Usual
from assets.queries.plant import plant

_kept: tuple[int, Usual] | None = None
_building = Lock()


def stamp() -> int:
    """The number of the registry's last change that this transaction sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM assets_stamp")
        value: int = cursor.fetchone()[0]
    return value


def current() -> Usual:
    """The plant with what is usual in it. Raises `PowerLoop` for a registry that a trigger did not guard."""
    global _kept
    # The stamp is read first: a change in between makes the next caller read again, never this one miss it.
    seen = stamp()
    kept = _kept
    if kept is not None and kept[0] == seen:
        return kept[1]
    with _building:
        if _kept is None or _kept[0] != seen:
            _kept = (seen, Usual(plant()))
        return _kept[1]
