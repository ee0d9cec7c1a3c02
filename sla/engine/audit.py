"""What is wrong with a policy before it is published: sums of line targets, holes, a slow first response."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sla.engine.terms import Facts, Kind, Policy, Terms

FIRST_RESPONSE = timedelta(seconds=90)
LINE_KINDS = [(kind, line) for line in (1, 2, 3) for kind in (Kind.OLA_A, Kind.OLA_W)]
KINDS = ("EM", "CR", "MR", "IR", "OC", "")


class Finding(NamedTuple):
    """`fatal` findings refuse the policy; the others are shown as warnings."""

    code: str
    fatal: bool
    tier: str
    category: str
    priority: int
    amount: timedelta | None = None
    limit: timedelta | None = None


def line_total(terms: Terms) -> timedelta:
    amounts = (terms.target(kind, line).amount for kind, line in LINE_KINDS)
    return sum((amount for amount in amounts if amount is not None), timedelta(0))


def audit(
    policy: Policy, at: datetime, tiers: tuple[str, ...] = ("basic", "business", "premium")
) -> Iterator[Finding]:
    """Every combination the matrix allows, judged once."""
    for tier in tiers:
        for category in KINDS:
            for priority in (1, 2, 3, 4):
                facts = Facts(priority=priority, category=category, tier=tier)
                yield from _judge(policy.match(facts, at), tier, category, priority)


def _judge(terms: Terms, tier: str, category: str, priority: int) -> Iterator[Finding]:
    first, promised = terms.target(Kind.FR).amount, terms.target(Kind.RES).amount
    if first is None or promised is None:
        yield Finding("hole", True, tier, category, priority)
        return
    if first > FIRST_RESPONSE:
        yield Finding("slow_first_response", False, tier, category, priority, first, FIRST_RESPONSE)
    total = line_total(terms)
    if total > promised:
        yield Finding("lines_exceed_promise", True, tier, category, priority, total, promised)
