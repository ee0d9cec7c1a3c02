"""Choosing the terms of a ticket from versioned policy rows (domain §2.2)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sla.engine.terms import Facts, Kind, Target, TermKey, Terms


@dataclass(frozen=True, slots=True)
class Row:
    """One target and the keys it asks for; an empty key asks for nothing."""

    kind: Kind
    line: int
    target: Target
    contract_id: int | None = None
    tier: str = ""
    service_id: int | None = None
    category: str = ""
    priority: int | None = None
    channel: str = ""
    position: int = 0

    def matches(self, facts: Facts) -> bool:
        return (
            self.contract_id in (None, facts.contract_id)
            and self.service_id in (None, facts.service_id)
            and self.channel in ("", facts.channel)
            and self.fits(facts.tier, facts.category, facts.priority)
        )

    def fits(self, tier: str, category: str, priority: int) -> bool:
        """Matches as far as tier, category and priority say."""
        return (
            self.tier in ("", tier)
            and self.category in ("", category, category.partition(".")[0])
            and self.priority in (None, priority)
        )

    def rank(self) -> tuple[int, int, int]:
        """Most keys first, then contract before tier before global, then position; smaller is better."""
        subcategory = 1 if "." in self.category else 0
        keys = (self.contract_id, self.tier, self.service_id, self.category, self.priority, self.channel)
        scope = 0 if self.contract_id else 1 if self.tier else 2
        return (-sum(map(bool, keys)) - subcategory, scope, self.position)


@dataclass(frozen=True, slots=True)
class Version:
    """An immutable set of rows in force from `since` until the next version."""

    id: int
    since: datetime
    rows: Sequence[Row]


class RowPolicy:
    """All versions ever published, so that any instant of the past can be matched again."""

    def __init__(self, versions: Sequence[Version]) -> None:
        self._versions = sorted(versions, key=lambda version: version.since)
        self._since = [version.since for version in self._versions]
        self._ranked = [sorted(version.rows, key=Row.rank) for version in self._versions]
        self._named = [_named(version.rows) for version in self._versions]
        self._memo: dict[tuple[int, Facts], Terms] = {}

    def _index(self, at: datetime) -> int:
        """The version in force at `at`; before the first one the first one holds."""
        return max(0, bisect_right(self._since, at) - 1)

    def version_at(self, at: datetime) -> int:
        return self._versions[self._index(at)].id

    def rows(self, at: datetime) -> Sequence[Row]:
        """The rows in force at `at`, those that win first."""
        return self._ranked[self._index(at)] if self._ranked else ()

    def with_version(self, version: Version) -> RowPolicy:
        """The same history with one more version."""
        return RowPolicy([*self._versions, version])

    def match(self, facts: Facts, at: datetime) -> Terms:
        """Terms in force at `at`; before the first version the first one holds."""
        index = self._index(at)
        contracts, services = self._named[index]
        wanted = Facts(
            facts.priority,
            facts.category,
            facts.tier,
            facts.contract_id if facts.contract_id in contracts else None,
            facts.service_id if facts.service_id in services else None,
            facts.channel,
        )
        known = self._memo.get((index, wanted))
        if known is None:
            known = self._memo[index, wanted] = self._terms(index, wanted)
        return known

    def _terms(self, index: int, facts: Facts) -> Terms:
        rows = chosen(self._ranked[index], facts)
        return Terms(self._versions[index].id, {key: row.target for key, row in rows.items()})


def chosen(ranked: Sequence[Row], facts: Facts) -> dict[TermKey, Row]:
    """The row that decides each clock, from rows of which those that win come first."""
    found: dict[TermKey, Row] = {}
    for row in ranked:
        key = (row.kind, row.line)
        if key not in found and row.matches(facts):
            found[key] = row
    return found


def _named(rows: Sequence[Row]) -> tuple[frozenset[int | None], frozenset[int | None]]:
    """Contracts and services that any row names: the others need not be told apart."""
    return frozenset(row.contract_id for row in rows), frozenset(row.service_id for row in rows)
