"""A policy as one sheet: a grid of cells for what every contract has, and a list of rows for what is special.

`spread` lays entries out, `read` takes a sheet back as it was typed. Nothing is lost on the way: whatever has no cell
of its own is a special row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import product
from typing import NamedTuple

from sla.engine.audit import INTERNAL, PRIORITIES
from sla.engine.calendars import C247, Calendar
from sla.engine.durations import AmountError, read_amount, show_amount
from sla.engine.policy import Row
from sla.engine.terms import OBLIGATIONS, Kind, Target

TIERS = ("", "premium", "basic")
"""Business is what holds where no tier is named."""

CATEGORIES = ("EM", "CR", "MR", "IR", "OC", "")
TALK = (Kind.FR, Kind.G15, Kind.NR, Kind.PU, Kind.CN)
DEBTS = (Kind.BR, Kind.KBD, Kind.BYP)
LINES = ((Kind.OLA_A, 1), (Kind.OLA_W, 1), (Kind.OLA_A, 2), (Kind.OLA_W, 2), (Kind.OLA_A, 3))
REST = (Kind.OLA_W, 3)
"""Line 3 gets what is left of each promise, so its work is set cell by cell beside the promise."""

ANY: tuple[int | None, ...] = (None, *PRIORITIES)
ROUND_THE_CLOCK = "C247"
NOTHING = frozenset({"none", "no", "нет", "-", "–", "—"})
UNPROMISED = (Kind.RES, Kind.NR, Kind.PU, Kind.CN)
SPECIAL = re.compile(r"s(\d{1,4})-clock")
SPECIAL_FIELDS = (
    "clock", "contract", "tier", "service", "category", "priority", "channel", "position", "amount", "calendar",
)  # fmt: skip
Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One promise with the keys it asks for; `seconds=None` promises nothing. The calendar is named, not opened."""

    kind: Kind
    line: int = 0
    seconds: int | None = None
    calendar: str = ROUND_THE_CLOCK
    contract_id: int | None = None
    tier: str = ""
    service_id: int | None = None
    category: str = ""
    priority: int | None = None
    channel: str = ""
    position: int = 0

    @property
    def key(self) -> Entry:
        """Everything but the promise: what makes two entries the same place."""
        return replace(self, seconds=None, calendar="")

    def row(self, calendars: Mapping[str, Calendar]) -> Row:
        amount = None if self.seconds is None else timedelta(seconds=self.seconds)
        return Row(
            self.kind, self.line, Target(amount, calendars.get(self.calendar, C247)), self.contract_id, self.tier,
            self.service_id, self.category, self.priority, self.channel, self.position,
        )  # fmt: skip


class Cell(NamedTuple):
    kind: Kind
    line: int
    tier: str
    category: str
    priority: int | None

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.line}-{self.tier}-{self.category}-{self.priority or ''}"

    @property
    def has_calendar(self) -> bool:
        """Answers and line targets count round the clock (§2.5); the others say by which calendar."""
        return self.kind is Kind.RES or self.kind in OBLIGATIONS


def _cells() -> Iterable[Cell]:
    for kind, priority in product((*TALK, *DEBTS), ANY):
        yield Cell(kind, 0, "", "", priority)
    for tier in TIERS:
        for (kind, line), priority in product(LINES, ANY):
            yield Cell(kind, line, tier, "", priority)
        for category, priority in product(CATEGORIES, PRIORITIES):
            yield Cell(Kind.RES, 0, tier, category, priority)
            yield Cell(*REST, tier, category, priority)


GRID = tuple(_cells())
OF_INTERNAL = frozenset(
    Entry(kind, tier=tier, category=INTERNAL, priority=priority)
    for kind, tier, priority in product(UNPROMISED, TIERS, PRIORITIES)
)
"""Tickets of the desk's own promise nothing to anybody; one tick on the sheet."""


class Problem(NamedTuple):
    """Why a field cannot be taken; `code` of `AmountError`, or empty, calendar, contract, service, known, twice."""

    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A sheet as it was read: entries by the name of their cell or row, and what is wrong by the name of the field."""

    entries: dict[str, Entry] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Names:
    """What a sheet may refer to: calendars by key, contracts and services by the text that was typed for them."""

    calendars: Iterable[str]
    contracts: Mapping[str, int] = field(default_factory=dict)
    services: Mapping[str, int] = field(default_factory=dict)
    channels: Iterable[str] = ()
    categories: Iterable[str] = ()


def spread(
    entries: Iterable[Entry], units: tuple[str, str, str] = ("s", "min", "h")
) -> tuple[dict[str, str], list[Entry]]:
    """The fields of the grid as they would be typed, and the entries that need a row of their own."""
    by_place = {
        Entry(*cell[:2], tier=cell.tier, category=cell.category, priority=cell.priority).key: cell
        for cell in GRID
    }
    given = list(entries)
    internal = set(given) >= OF_INTERNAL
    typed: dict[str, str] = {"internal": "yes"} if internal else {}
    special = []
    for entry in given:
        if internal and entry in OF_INTERNAL:
            continue
        cell = by_place.get(entry.key)
        if cell is None or cell.name in typed or not (cell.has_calendar or entry.calendar == ROUND_THE_CLOCK):
            special.append(entry)
            continue
        typed[cell.name] = show_promise(entry.seconds, units)
        if cell.has_calendar:
            typed[f"{cell.name}-cal"] = entry.calendar
    return typed, special


def show_promise(seconds: int | None, units: tuple[str, str, str] = ("s", "min", "h")) -> str:
    return "–" if seconds is None else show_amount(seconds, units)


def special_rows(typed: Typed) -> list[str]:
    """Prefixes of the special rows in the order of the sheet: `s0`, `s1` …"""
    numbers = sorted(int(found[1]) for name in typed if (found := SPECIAL.fullmatch(name)))
    return [f"s{number}" for number in numbers]


def read(typed: Typed, names: Names) -> Reading:
    """Everything that was typed, with every problem at its field."""
    reading = Reading()
    for cell in GRID:
        text = typed.get(cell.name, "").strip()
        if text:
            calendar = typed.get(f"{cell.name}-cal", "") or ROUND_THE_CLOCK
            place = Entry(*cell[:2], tier=cell.tier, category=cell.category, priority=cell.priority)
            _promise(reading, cell.name, cell.name, f"{cell.name}-cal", place, text, calendar, names)
    for prefix in special_rows(typed):
        _special(
            reading,
            prefix,
            {name: typed.get(f"{prefix}-{name}", "").strip() for name in SPECIAL_FIELDS},
            names,
        )
    if typed.get("internal"):
        for number, entry in enumerate(
            sorted(OF_INTERNAL, key=lambda one: (one.kind, one.tier, one.priority or 0))
        ):
            reading.entries[f"internal-{number}"] = entry
    _refuse_doubles(reading)
    return reading


def _promise(
    reading: Reading, name: str, amount: str, calendar: str, place: Entry, text: str, key: str, names: Names
) -> None:
    if key not in names.calendars:
        reading.problems[calendar] = Problem("calendar", key)
        return
    try:
        seconds = None if text.lower() in NOTHING else read_amount(text)
    except AmountError as error:
        reading.problems[amount] = Problem(error.code, error.text)
        return
    reading.entries[name] = replace(place, seconds=seconds, calendar=key)


def _special(reading: Reading, prefix: str, given: Mapping[str, str], names: Names) -> None:
    """One special row. Each key that names nothing known is refused by itself."""
    before = len(reading.problems)
    kind, _, line = given["clock"].partition(".")
    for name, known in (("contract", names.contracts), ("service", names.services)):
        if given[name] and given[name] not in known:
            reading.problems[f"{prefix}-{name}"] = Problem(name, given[name])
    allowed = {
        "clock": given["clock"] in CLOCKS,
        "tier": given["tier"] in ("", "basic", "business", "premium"),
        "priority": given["priority"] in ("", "1", "2", "3", "4"),
        "channel": given["channel"] in ("", *names.channels),
        "category": given["category"] in ("", *names.categories),
        "position": (given["position"].isdecimal() and int(given["position"]) < 32768)
        or not given["position"],
    }
    for name, is_known in allowed.items():
        if not is_known:
            reading.problems[f"{prefix}-{name}"] = Problem("known", given[name])
    if not given["amount"]:
        reading.problems[f"{prefix}-amount"] = Problem("empty")
    if len(reading.problems) > before:
        return
    place = Entry(
        Kind(kind), int(line or 0), contract_id=names.contracts.get(given["contract"]), tier=given["tier"],
        service_id=names.services.get(given["service"]), category=given["category"],
        priority=int(given["priority"]) if given["priority"] else None, channel=given["channel"],
        position=int(given["position"] or 0),
    )  # fmt: skip
    calendar = given["calendar"] or ROUND_THE_CLOCK
    _promise(
        reading, prefix, f"{prefix}-amount", f"{prefix}-calendar", place, given["amount"], calendar, names
    )


CLOCKS = (
    *(str(kind) for kind in (Kind.RES, *TALK, *DEBTS)), *(f"{kind}.{line}" for kind, line in (*LINES, REST)),
)  # fmt: skip
"""Clocks that a special row may set, line clocks with their line."""


def _refuse_doubles(reading: Reading) -> None:
    """Of two promises for one place only one could ever be kept."""
    seen: set[Entry] = set()
    for name, entry in reading.entries.items():
        if entry.key in seen:
            reading.problems[f"{name}-amount" if SPECIAL.fullmatch(f"{name}-clock") else name] = Problem(
                "twice"
            )
        seen.add(entry.key)
