"""The proposals of domain §4.1 as plain rows; seeded once, changed afterwards only by a new version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sla.engine.terms import Kind

MINUTE = 60
BUSINESS, PREMIUM, BASIC = "", "premium", "basic"
FACTORS = {BUSINESS: 1.0, PREMIUM: 0.5, BASIC: 2.0}

# Minutes per category and priority. «» is a ticket not classified yet, or a pair that the table leaves out.
RESOLUTION = {
    "": {1: 60, 2: 240, 3: 240, 4: 1440},
    "EM": {1: 60, 2: 240},
    "CR": {2: 60, 3: 240, 4: 1440},
    "MR": {2: 120, 3: 480, 4: 1440},
    "IR": {1: 60, 2: 60, 3: 60, 4: 240},
    "OC": {1: 480, 2: 480, 3: 480, 4: 480},
}
TALK = {
    Kind.NR: {1: 5, 2: 15, 3: 30, 4: 60},
    Kind.PU: {1: 15, 2: 30, 3: 240, 4: 1440},
    Kind.CN: {1: 5, 2: 10, 3: 30, 4: 60},
}
HOUR = 60 * MINUTE
REVIEW, REVIEW_URGENT, KNOWLEDGE, JUSTIFICATION = 18 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR
LINE1_ACCEPT, LINE1_WORK = 1, 5
LINE2_ACCEPT = {1: 2, 2: 3, 3: 5, 4: 15}
LINE2_WORK = {1: 7, 2: 15, 3: 20, 4: 40}
LINE3_ACCEPT = {1: 5, 2: 10, 3: 15, 4: 30}
RESERVE = 0.95
"""Share of the resolution time that the lines may spend together."""


@dataclass(frozen=True, slots=True)
class Default:
    kind: Kind
    seconds: int | None
    line: int = 0
    tier: str = ""
    category: str = ""
    priority: int | None = None
    calendar: str = "C247"


def rows() -> Iterator[Default]:
    yield Default(Kind.FR, 90)
    yield Default(Kind.G15, 15 * MINUTE)
    for kind, minutes in TALK.items():
        for priority, amount in minutes.items():
            yield Default(kind, amount * MINUTE, priority=priority)
    yield from obligations()
    yield Default(Kind.OLA_A, LINE1_ACCEPT * MINUTE, line=1)
    yield Default(Kind.OLA_W, LINE1_WORK * MINUTE, line=1)
    for tier, factor in FACTORS.items():
        yield from _of_tier(tier, factor)
    yield from _internal()


def obligations() -> Iterator[Default]:
    """Review of a breach (§2.8), the article after a case without one (§1.8), the reason of a bypass (§1.7)."""
    yield Default(Kind.BR, REVIEW, calendar="RUBH")
    yield Default(Kind.BR, REVIEW_URGENT, priority=1)
    yield Default(Kind.KBD, KNOWLEDGE)
    yield Default(Kind.BYP, JUSTIFICATION)


def _of_tier(tier: str, factor: float) -> Iterator[Default]:
    # Lines are never slower for a cheaper contract, only faster for a dearer one: the sum must fit the promise.
    pace = min(1.0, factor)
    for priority in (1, 2, 3, 4):
        for kind, line, minutes in (
            (Kind.OLA_A, 2, LINE2_ACCEPT),
            (Kind.OLA_W, 2, LINE2_WORK),
            (Kind.OLA_A, 3, LINE3_ACCEPT),
        ):
            if tier == BUSINESS or pace < 1:
                yield Default(kind, round(minutes[priority] * MINUTE * pace), line, tier, priority=priority)
    for category, targets in RESOLUTION.items():
        for priority, amount in targets.items():
            slow = category == "OC" or (tier == BASIC and priority >= 3)
            promised = amount * factor
            calendar = "RUBH" if slow else "C247"
            yield Default(Kind.RES, round(promised * MINUTE), 0, tier, category, priority, calendar)
            rest = RESERVE * promised - _before_line3(priority, pace)
            yield Default(Kind.OLA_W, round(rest * MINUTE), 3, tier, category, priority)


def _before_line3(priority: int, pace: float) -> float:
    others = LINE2_ACCEPT[priority] + LINE2_WORK[priority] + LINE3_ACCEPT[priority]
    return LINE1_ACCEPT + LINE1_WORK + others * pace


def _internal() -> Iterator[Default]:
    """Tickets of the desk's own (XX) promise nothing to anybody."""
    for tier in FACTORS:
        for priority in (1, 2, 3, 4):
            for kind in (Kind.RES, Kind.NR, Kind.PU, Kind.CN):
                yield Default(kind, None, 0, tier, "XX", priority)


RU_HOLIDAYS = [
    "2025-11-03",
    "2025-11-04",
    "2025-12-31",
    "2026-01-01",
    "2026-01-02",
    "2026-01-03",
    "2026-01-04",
    "2026-01-05",
    "2026-01-06",
    "2026-01-07",
    "2026-01-08",
    "2026-01-09",
    "2026-02-23",
    "2026-03-09",
    "2026-05-01",
    "2026-05-11",
    "2026-06-12",
    "2026-11-04",
    "2026-12-31",
    "2027-01-01",
    "2027-01-02",
    "2027-01-03",
    "2027-01-04",
    "2027-01-05",
    "2027-01-06",
    "2027-01-07",
    "2027-01-08",
    "2027-02-22",
    "2027-02-23",
    "2027-03-08",
    "2027-05-03",
    "2027-05-10",
    "2027-06-14",
    "2027-11-04",
    "2027-11-05",
    "2027-12-31",
]
RU_SHORT_DAYS = ("2025-11-01", "2026-04-30", "2026-05-08", "2026-06-11", "2026-11-03", "2027-02-20")
RUBH = {
    "tz": "Europe/Moscow",
    "week": "Mon-Fri 09:00-18:00",
    "holidays": RU_HOLIDAYS,
    "exceptions": {day: ["09:00-17:00"] for day in RU_SHORT_DAYS},
}
