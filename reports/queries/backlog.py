"""K7: how old the open tickets are, right now."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.enums import Period
from reports.queries.rows import ASKED, rows
from tickets.enums import OPEN

# Upper bounds in minutes; the last bucket has none.
BUCKETS: tuple[tuple[float, str | Promise], ...] = (
    (15, _("up to 15 min")),
    (60, _("15–60 min")),
    (240, _("1–4 h")),
    (1440, _("4–24 h")),
    (3 * 1440, _("1–3 days")),
    (7 * 1440, _("3–7 days")),
    (float("inf"), _("over 7 days")),
)
AGES = f"""
    SELECT ticket.line, width_bucket(extract(epoch FROM %(until)s - ticket.received_at) / 60,
               ARRAY[15, 60, 240, 1440, 4320, 10080]::float8[]) AS bucket, count(*)
    FROM tickets_ticket ticket LEFT JOIN tickets_category category ON category.id = ticket.category_id
    WHERE ticket.state = ANY(%(open)s) AND {ASKED}
    GROUP BY 1, 2
"""  # noqa: S608 — put together from constants


@dataclass(slots=True)
class Age:
    """Open tickets of one age, by line."""

    label: str | Promise
    lines: dict[int, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.lines.values())


def ages(period: Period) -> list[Age]:
    """Every bucket, youngest first. One statement."""
    found = [Age(label) for _bound, label in BUCKETS]
    for line, bucket, count in rows(AGES, period, open=[str(state) for state in OPEN]):
        found[bucket].lines[line] = count
    return found
