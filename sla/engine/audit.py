"""What is wrong with a policy before it is published: sums of line targets, holes, a slow first response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import NamedTuple

from sla.engine.faults import CalendarError
from sla.engine.policy import Row, RowPolicy, chosen
from sla.engine.terms import Facts, Kind, TermKey, Terms

FIRST_RESPONSE = timedelta(seconds=90)
LINE_KINDS = [(kind, line) for line in (1, 2, 3) for kind in (Kind.OLA_A, Kind.OLA_W)]
KINDS = ("EM", "CR", "MR", "IR", "OC", "")
INTERNAL = "XX"
PRIORITIES = (1, 2, 3, 4)


class Finding(NamedTuple):
    """`fatal` findings refuse the policy; the others are shown as warnings. `row` is the promise it is about."""

    code: str
    fatal: bool
    tier: str
    category: str
    priority: int
    amount: timedelta | None = None
    limit: timedelta | None = None
    contract_id: int | None = None
    service_id: int | None = None
    channel: str = ""
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class World:
    """What is known of contracts and services: a contract has one tier, and both belong to one customer.

    Combinations that cannot meet in a ticket are not judged. What is not listed may meet anything.
    """

    tiers: Mapping[int, str] = field(default_factory=dict)
    contract_owners: Mapping[int, int] = field(default_factory=dict)
    service_owners: Mapping[int, int] = field(default_factory=dict)

    def can_meet(self, contract: int | None, service: int | None) -> bool:
        if contract is None or service is None:
            return True
        owners = (self.contract_owners.get(contract), self.service_owners.get(service))
        return None in owners or owners[0] == owners[1]


ANYTHING = World()


def line_total(terms: Terms) -> timedelta:
    amounts = (terms.target(kind, line).amount for kind, line in LINE_KINDS)
    return sum((amount for amount in amounts if amount is not None), timedelta(0))


def audit(
    policy: RowPolicy,
    at: datetime,
    tiers: tuple[str, ...] = ("basic", "business", "premium"),
    world: World = ANYTHING,
) -> Iterator[Finding]:
    """Every combination of tier, category and priority, alone and with whatever contract, service, subcategory or
    channel the rows name, each judged once: a special row cannot hide what the matrix may not have."""
    rows = policy.rows(at)
    yield from _unreachable(rows, at)
    for tier, category, priority in product(tiers, _categories(rows), PRIORITIES):
        here = [row for row in rows if row.fits(tier, category, priority)]
        seen = set()
        for facts in _places(here, Facts(priority, category, tier), world):
            found = chosen(here, facts)
            judged = tuple(id(found.get(key)) for key in JUDGED)
            if judged not in seen:
                seen.add(judged)
                yield from _judge(found, facts)


JUDGED: list[TermKey] = [(Kind.FR, 0), (Kind.RES, 0), *LINE_KINDS]


def _unreachable(rows: Sequence[Row], at: datetime) -> Iterator[Finding]:
    """A calendar that opens too seldom for the amount would leave a clock without a deadline."""
    for row in rows:
        try:
            row.target.calendar.add(at, row.target.amount or timedelta(0))
        except CalendarError:
            yield Finding(
                "never_due", True, row.tier, row.category, row.priority or 0, row.target.amount, None,
                row.contract_id, row.service_id, row.channel, row,
            )  # fmt: skip


def _categories(rows: Sequence[Row]) -> list[str]:
    """Types, and the subcategories that a row names; tickets of our own (XX) promise nothing."""
    named = {
        row.category for row in rows if "." in row.category and row.category.partition(".")[0] != INTERNAL
    }
    return [*KINDS, *sorted(named)]


def _places(here: Sequence[Row], plain: Facts, world: World) -> Iterator[Facts]:
    """The plain combination first, then every one that a special row could make different."""
    contracts = {row.contract_id for row in here} - {None}
    mine = sorted(pk for pk in contracts if pk and world.tiers.get(pk, plain.tier) == plain.tier)
    services = sorted({row.service_id for row in here if row.service_id is not None})
    channels = sorted({row.channel for row in here if row.channel})
    for contract, service, channel in product((None, *mine), (None, *services), ("", *channels)):
        if world.can_meet(contract, service):
            yield Facts(plain.priority, plain.category, plain.tier, contract, service, channel)


def _judge(found: Mapping[TermKey, Row], facts: Facts) -> Iterator[Finding]:
    terms = Terms(0, {key: row.target for key, row in found.items()})
    first, promised = terms.target(Kind.FR).amount, terms.target(Kind.RES).amount

    def finding(code: str, row: Row | None, amount: timedelta | None, limit: timedelta | None) -> Finding:
        return Finding(
            code, code != "slow_first_response", facts.tier, facts.category, facts.priority, amount, limit,
            facts.contract_id, facts.service_id, facts.channel, row,
        )  # fmt: skip

    for kind, amount in ((Kind.FR, first), (Kind.RES, promised)):
        if amount is None:
            yield finding("hole", found.get((kind, 0)), None, None)
    if first is None or promised is None:
        return
    if first > FIRST_RESPONSE:
        yield finding("slow_first_response", found[Kind.FR, 0], first, FIRST_RESPONSE)
    total = line_total(terms)
    if total > promised:
        yield finding("lines_exceed_promise", found[Kind.RES, 0], total, promised)
