"""What a sheet would mean for the tickets that are open now: reads only, whatever their number in a few queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.enums import Tier
from accounts.models import Contract
from common import clock
from sla.engine.clock import Clock
from sla.engine.events import Event, Type
from sla.engine.fold import FIXED
from sla.engine.policy import Row, RowPolicy, Version, chosen
from sla.engine.sheet import Entry
from sla.engine.terms import Facts, Kind, Terms, Verdict
from sla.queries.promises import amount, clock_name
from sla.services.loading import rules
from sla.services.replaying import Logs
from tickets.models import Ticket

SAMPLE = 20
ORDER = (Kind.RES, Kind.NR, Kind.PU, Kind.CN, Kind.OLA_A, Kind.OLA_W)


@dataclass(frozen=True, slots=True)
class Group:
    """Open tickets that every rule sees alike, and the first of them in the order of the queue."""

    facts: Facts
    count: int
    first: list[int]


@dataclass(frozen=True, slots=True)
class Sample:
    """One ticket: the deadline it has and the one it would have. An instant is None while the clock is paused."""

    ticket: Ticket
    clock: str
    before: datetime | None
    after: datetime | None
    was: str
    becomes: str
    is_late: bool


@dataclass(slots=True)
class Preview:
    """`table` counts open tickets and those whose promises change by type and priority; `matches` is by name of the
    cell or row: how many tickets it matches, and how many follow it."""

    total: int = 0
    changed: int = 0
    table: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    matches: dict[str, list[int]] = field(default_factory=dict)
    sample: list[Sample] = field(default_factory=list)


def preview(entries: Mapping[str, Entry], *, mode: str) -> Preview:
    """By the product's engine. `mode` is how the change would reach tickets that are open already (rules R1, R2)."""
    book, now = rules(), clock.now()
    rows = {name: entry.row(book.calendars) for name, entry in entries.items()}
    version = Version(0, now, list(rows.values()))
    draft, seen = RowPolicy([version]), Preview()
    changed: list[int] = []
    places = {id(row): name for name, row in rows.items()}
    for group in groups([*rows.values(), *book.policy.rows(now)]):
        is_changed = differs(book.policy.match(group.facts, now), draft.match(group.facts, now))
        _count(seen, group, is_changed)
        _match(seen, group, draft.rows(now), places)
        changed += group.first if is_changed else []
    tickets = Ticket.objects.filter(pk__in=changed).in_queue_order()[:SAMPLE]
    seen.sample = _sample(list(tickets), book.policy, version, mode)
    return seen


def differs(before: Terms, after: Terms) -> bool:
    """Whether any clock that a re-match may touch is promised otherwise."""
    keys = {*before.targets, *after.targets}
    return any(before.target(*key) != after.target(*key) for key in keys if key[0] not in FIXED)


def _count(seen: Preview, group: Group, is_changed: bool) -> None:
    kind = group.facts.category.partition(".")[0]
    cell = seen.table.setdefault((kind, group.facts.priority), [0, 0])
    more = group.count if is_changed else 0
    cell[0] += group.count
    cell[1] += more
    seen.total += group.count
    seen.changed += more


def _match(seen: Preview, group: Group, ranked: Sequence[Row], places: Mapping[int, str]) -> None:
    following = {id(row) for row in chosen(ranked, group.facts).values()}
    for row in ranked:
        if row.matches(group.facts):
            counts = seen.matches.setdefault(places[id(row)], [0, 0])
            counts[0] += group.count
            counts[1] += group.count if id(row) in following else 0


def _sample(tickets: list[Ticket], policy: RowPolicy, version: Version, mode: str) -> list[Sample]:
    now = clock.now()
    applied = Event(now, Type.POLICY_APPLIED, data={"mode": mode, "reason": "policy"})
    log = Logs(ticket.pk for ticket in tickets)
    after = policy.with_version(Version(version.id, now, version.rows))
    found = []
    for ticket in tickets:
        before = log.fold(ticket.pk, policy, now).clocks
        then = log.fold(ticket.pk, after, now, applied).clocks
        found.append(_compared(ticket, before, then))
    return found


def _compared(ticket: Ticket, before: list[Clock], after: list[Clock]) -> Sample:
    """The clock that moves, resolution first; the open resolution when only later clocks are promised otherwise."""
    earlier = {(one.kind, one.cycle, one.line): one for one in before}
    live = sorted(
        (one for one in after if one.is_live and one.kind in ORDER), key=lambda one: ORDER.index(one.kind)
    )
    pairs = [(earlier[key], one) for one in live if (key := (one.kind, one.cycle, one.line)) in earlier]
    moved = [pair for pair in pairs if (pair[0].due_at, pair[0].target) != (pair[1].due_at, pair[1].target)]
    if not pairs:
        return Sample(ticket, "", None, None, "", "", is_late=False)
    was, becomes = (moved or pairs)[0]
    return Sample(
        ticket,
        clock_name(becomes.kind, becomes.line),
        was.due_at,
        becomes.due_at,
        amount(was.target),
        amount(becomes.target),
        is_late=becomes.verdict is Verdict.MISSED,
    )


class FirstOf(Func):
    """The head of an array: `array[1:n]`."""

    template = "(%(expressions)s)[1:%(length)s]"


def groups(rows: list[Row]) -> list[Group]:
    """Open tickets counted by what the rows can tell apart. One query, whatever the number of tickets."""
    found = (
        _with_facts(Ticket.objects.open(), rows)
        .values("of_tier", "of_contract", "of_service", "category__code", "priority", "of_channel")
        .annotate(
            count=Count("pk"),
            first=FirstOf(
                ArrayAgg("pk", order_by=[F("next_due_at").asc(nulls_last=True), "pk"]), length=SAMPLE
            ),
        )
        .order_by("of_tier", "category__code", "priority")
    )
    return [
        Group(
            Facts(
                row["priority"], row["category__code"] or "", row["of_tier"], row["of_contract"], row["of_service"],
                row["of_channel"],
            ),
            row["count"],
            row["first"],
        )
        for row in found
    ]  # fmt: skip


def _with_facts(tickets: QuerySet[Ticket], rows: list[Row]) -> QuerySet[Any]:
    """What policies match on; contracts, services and channels only as far as a row names them."""
    day: date = clock.now().date()
    contract = (
        Contract.objects.filter(customer_id=OuterRef("customer_id"), starts_on__lte=day)
        .exclude(ends_on__lt=day)
        .order_by("-starts_on", "-pk")
    )
    unknown = Case(When(customer__isnull=False, then=Value(Tier.BASIC)), default=Value(Tier.BUSINESS))
    named = Counter(row.contract_id for row in rows), Counter(row.service_id for row in rows)
    contracts, services = ([pk for pk in one if pk] for one in named)
    channels = {row.channel for row in rows if row.channel}
    return tickets.annotate(contract_now=Subquery(contract.values("pk")[:1])).annotate(
        of_tier=Coalesce(Subquery(contract.values("tier")[:1]), unknown, output_field=CharField()),
        of_contract=Case(
            When(contract_now__in=contracts, then=F("contract_now")),
            default=None,
            output_field=IntegerField(),
        ),
        of_service=Case(
            When(service_id__in=services, then=F("service_id")), default=None, output_field=IntegerField()
        ),
        of_channel=Case(When(channel__in=channels, then=F("channel")), default=Value("")),
    )
