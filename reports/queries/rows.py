"""Running one statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from reports.enums import Period

# Spam, tests and tickets we opened ourselves promise nothing to a customer (domain §3).
ASKED = """
    NOT ticket.is_outbound AND ticket.state <> 'spam' AND (category.code IS NULL OR category.code NOT LIKE 'XX%%')
"""
JUDGED = f"""
    FROM sla_clock clock
    JOIN tickets_ticket ticket ON ticket.id = clock.ticket_id
    LEFT JOIN tickets_category category ON category.id = ticket.category_id
    WHERE clock.reported_at >= %(since)s AND clock.reported_at < %(until)s AND NOT clock.is_hidden AND {ASKED}
"""
"""Membership by verdict: met counts when the clock stopped, missed when the deadline passed."""


def rows(sql: str, period: Period, **more: Any) -> list[tuple[Any, ...]]:
    """All rows of one statement; `since`, `until` and `zone` of the period are its parameters."""
    values: Mapping[str, Any] = {"since": period.since, "until": period.until, "zone": period.zone, **more}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
