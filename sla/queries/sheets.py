"""A policy laid out for the page: blocks of cells with what was typed, what holds where nothing is, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from accounts.enums import Tier
from sla.engine.audit import PRIORITIES
from sla.engine.calendars import Calendar
from sla.engine.policy import RowPolicy
from sla.engine.sheet import (
    ANY,
    CATEGORIES,
    CLOCKS,
    DEBTS,
    LINES,
    REST,
    ROUND_THE_CLOCK,
    SPECIAL_FIELDS,
    TALK,
    TIERS,
    Cell,
    Entry,
    Typed,
    show_promise,
    special_rows,
    spread,
)
from sla.engine.terms import Facts, Kind
from sla.queries.policies import as_version
from sla.queries.promises import Labels, clock_name, promise, units
from tickets.enums import CategoryKind

SINCE = datetime(1, 1, 1, tzinfo=UTC)
USUAL = 3
"""The priority that a row for all of them is shown by."""


@dataclass(frozen=True, slots=True)
class Field:
    """One amount on the sheet. `calendar` is None where time counts round the clock."""

    name: str
    label: str
    text: str
    hint: str = ""
    error: str = ""
    calendar: str | None = None
    calendar_error: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of the table: an amount, and for a promise of resolution what line 3 gets of it."""

    main: Field
    rest: Field | None = None


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    boxes: list[Box]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    title: str
    columns: list[str]
    lines: list[Line]
    about: str = ""
    corner: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the sheet that opens and closes; its address is `name`."""

    name: str
    title: str
    blocks: list[Block]
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Special:
    prefix: str
    values: dict[str, str]
    errors: list[str]
    wrong: frozenset[str]


@dataclass(slots=True)
class Sheet:
    sections: list[Section] = field(default_factory=list)
    specials: list[Special] = field(default_factory=list)
    internal: bool = False
    errors: int = 0
    clocks: list[tuple[str, str]] = field(default_factory=list)


def typed_of(entries: Iterable[Entry], labels: Labels) -> dict[str, str]:
    """The fields of a sheet as if they had been typed."""
    typed, special = spread(entries, units())
    for number, entry in enumerate(special):
        values = {
            "clock": f"{entry.kind}.{entry.line}" if entry.line else str(entry.kind),
            "contract": labels.contracts.get(entry.contract_id or 0, ""),
            "tier": entry.tier,
            "service": labels.services.get(entry.service_id or 0, ""),
            "category": entry.category,
            "priority": str(entry.priority or ""),
            "channel": entry.channel,
            "position": str(entry.position or ""),
            "amount": show_promise(entry.seconds, units()),
            "calendar": entry.calendar,
        }
        typed |= {f"s{number}-{name}": value for name, value in values.items()}
    return typed


def sheet(
    typed: Typed, entries: Iterable[Entry], calendars: Mapping[str, Calendar], problems: Mapping[str, str]
) -> Sheet:
    """`entries` are what could be read of `typed`; they say what holds where a cell is empty."""
    layout = _Layout(typed, RowPolicy([as_version(0, SINCE, entries, calendars)]), problems)
    sections = [layout.talk(), *(layout.tier(tier) for tier in TIERS), layout.debts()]
    specials = [layout.special(prefix) for prefix in special_rows(typed)]
    clocks = [(code, clock_name(*_clock(code))) for code in CLOCKS]
    return Sheet(sections, specials, bool(typed.get("internal")), len(problems), clocks)


def _clock(code: str) -> tuple[str, int]:
    kind, _dot, line = code.partition(".")
    return kind, int(line or 0)


def priorities(*, any_too: bool) -> list[str]:
    columns = [f"P{priority}" for priority in PRIORITIES]
    return [_("all priorities"), *columns] if any_too else columns


def category_name(code: str) -> str:
    return f"{code} {CategoryKind(code).label}" if code else _("not classified, and the rest")


@dataclass(slots=True)
class _Layout:
    typed: Typed
    policy: RowPolicy
    problems: Mapping[str, str]

    def talk(self) -> Section:
        lines = [self._line(clock_name(kind), kind, 0, "") for kind in TALK]
        about = _("For every contract, counted round the clock.")
        return self._section(
            "talk", _("Answers and news"), [Block("", priorities(any_too=True), lines, about)]
        )

    def debts(self) -> Section:
        lines = [self._line(clock_name(kind), kind, 0, "") for kind in DEBTS]
        about = _("What the desk owes itself: the review of a breach, an article, the reason for a bypass.")
        return self._section(
            "debts", _("Our own deadlines"), [Block("", priorities(any_too=True), lines, about)]
        )

    def tier(self, tier: str) -> Section:
        name = str(Tier(tier or Tier.BUSINESS).label)
        title = _("%(tier)s: holds where no tier says otherwise") % {"tier": name} if not tier else name
        promises = [
            Line(category_name(code), [self._box(tier, code, priority) for priority in PRIORITIES])
            for code in CATEGORIES
        ]
        lines = [self._line(clock_name(kind, line), kind, line, tier) for kind, line in LINES]
        return self._section(
            tier or "business",
            title,
            [
                Block(
                    _("Resolution"),
                    priorities(any_too=False),
                    promises,
                    _("The promise and its calendar, and below it how long line 3 may work of it."),
                ),
                Block(
                    _("Between the lines"),
                    priorities(any_too=True),
                    lines,
                    _("Counted round the clock. Together the lines must fit into every promise above."),
                ),
            ],
        )

    def special(self, prefix: str) -> Special:
        values = {name: self.typed.get(f"{prefix}-{name}", "") for name in SPECIAL_FIELDS}
        wrong = {
            name: self.problems[key]
            for name in SPECIAL_FIELDS
            if (key := f"{prefix}-{name}") in self.problems
        }
        return Special(prefix, values, list(dict.fromkeys(wrong.values())), frozenset(wrong))

    def _section(self, name: str, title: str, blocks: list[Block]) -> Section:
        fields = [
            one
            for block in blocks
            for line in block.lines
            for box in line.boxes
            for one in (box.main, box.rest)
            if one
        ]
        return Section(name, title, blocks, sum(bool(one.error or one.calendar_error) for one in fields))

    def _line(self, label: str, kind: Kind, line: int, tier: str) -> Line:
        return Line(
            label, [Box(self._field(Cell(kind, line, tier, "", priority), label)) for priority in ANY]
        )

    def _box(self, tier: str, category: str, priority: int) -> Box:
        return Box(
            self._field(Cell(Kind.RES, 0, tier, category, priority), clock_name(Kind.RES)),
            self._field(Cell(*REST, tier, category, priority), clock_name(*REST)),
        )

    def _field(self, cell: Cell, label: str) -> Field:
        name, text = cell.name, self.typed.get(cell.name, "")
        calendar = self.typed.get(f"{name}-cal", ROUND_THE_CLOCK) if cell.has_calendar else None
        words = (label, cell.category, f"P{cell.priority}" if cell.priority else "")
        return Field(
            name=name,
            label=" ".join(word for word in words if word),
            text=text,
            hint="" if text else self._inherited(cell),
            error=self.problems.get(name, ""),
            calendar=calendar,
            calendar_error=self.problems.get(f"{name}-cal", ""),
        )

    def _inherited(self, cell: Cell) -> str:
        """What holds in an empty cell."""
        if cell.priority is None:
            return ""
        facts = Facts(cell.priority, cell.category, cell.tier or Tier.BUSINESS)
        terms = self.policy.match(facts, SINCE)
        if (cell.kind, cell.line) not in terms.targets:
            return ""
        target = terms.target(cell.kind, cell.line)
        seconds = None if target.amount is None else int(target.amount.total_seconds())
        return (
            "–"
            if seconds is None
            else promise(Entry(cell.kind, seconds=seconds, calendar=target.calendar.key))
        )
