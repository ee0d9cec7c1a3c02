"""Running one statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from reports.enums import Period
from sla.queries.attainment import ASKED, JUDGED

__all__ = ["ASKED", "JUDGED", "rows"]


def rows(sql: str, period: Period, **more: Any) -> list[tuple[Any, ...]]:
    """All rows of one statement; `since`, `until` and `zone` of the period are its parameters."""
    values: Mapping[str, Any] = {"since": period.since, "until": period.until, "zone": period.zone, **more}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
