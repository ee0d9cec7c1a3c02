"""Promises in words: where one stands, how much it is, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.enums import Tier
from accounts.models import Contract
from assets.models import Service
from sla.engine.audit import Finding, World
from sla.engine.durations import show_amount
from sla.engine.sheet import ROUND_THE_CLOCK, Entry, Names, Problem, Typed, special_rows
from sla.engine.terms import OBLIGATIONS, Kind
from sla.enums import ClockKind
from sla.models import CalendarVersion
from tickets.enums import CategoryKind, Channel
from tickets.models import Category

LINES_OF_ALL = frozenset({Kind.FR, Kind.G15, Kind.NR, Kind.PU, Kind.CN}) | OBLIGATIONS
"""Clocks that the grid sets once for all tiers."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Contracts and services by key, as a sheet writes them; `world` says which of them can meet in a ticket."""

    contracts: Mapping[int, str] = field(default_factory=dict)
    services: Mapping[int, str] = field(default_factory=dict)
    world: World = field(default_factory=World)


def units() -> tuple[str, str, str]:
    """Second, minute and hour as the reader writes them."""
    return (
        pgettext("unit of time", "s"),
        pgettext("unit of time", "min"),
        pgettext("unit of time", "h"),
    )


def amount(value: timedelta | int | None) -> str:
    if value is None:
        return _("nothing is promised")
    seconds = value if isinstance(value, int) else int(value.total_seconds())
    return show_amount(seconds, units())


def promise(entry: Entry) -> str:
    """`4 h`, or `9 h RUBH` when it does not count round the clock."""
    words = amount(entry.seconds)
    return (
        words if entry.seconds is None or entry.calendar == ROUND_THE_CLOCK else f"{words} {entry.calendar}"
    )


def clock_name(kind: str, line: int = 0) -> str:
    name = str(ClockKind(kind).label)
    return _("%(clock)s, line %(line)d") % {"clock": name, "line": line} if line else name


def place(entry: Entry, labels: Labels) -> str:
    """Where a promise stands: `Resolution · EM · P1 · Business`."""
    tier = entry.tier or ("" if entry.kind in LINES_OF_ALL or entry.contract_id else Tier.BUSINESS)
    parts = (
        clock_name(entry.kind, entry.line),
        entry.category,
        f"P{entry.priority}" if entry.priority else "",
        str(Tier(tier).label) if tier else "",
        labels.contracts.get(entry.contract_id or 0, ""),
        labels.services.get(entry.service_id or 0, ""),
        str(Channel(entry.channel).label) if entry.channel else "",
    )
    return " · ".join(part for part in parts if part)


def contract_text(number: str, customer: str) -> str:
    return f"{number} · {customer}"


def service_text(pk: int, name: str, customer: str) -> str:
    return f"{pk} · {name} · {customer}"


def labels(entries: Iterable[Entry]) -> Labels:
    """Names of every contract and service that the entries mention. At most two queries."""
    given = list(entries)
    contracts = {entry.contract_id for entry in given if entry.contract_id}
    services = {entry.service_id for entry in given if entry.service_id}
    found = Contract.objects.filter(pk__in=contracts).select_related("customer") if contracts else ()
    known = Service.objects.filter(pk__in=services).select_related("customer") if services else ()
    return Labels(
        {one.pk: contract_text(one.number, one.customer.name) for one in found},
        {one.pk: service_text(one.pk, one.name, one.customer.name) for one in known},
        World(
            {one.pk: one.tier for one in found},
            {one.pk: one.customer_id for one in found},
            {one.pk: one.customer_id for one in known},
        ),
    )


def names(typed: Typed) -> Names:
    """What the fields of a sheet may mean; contracts and services are looked up by what was typed. Four queries."""
    rows = special_rows(typed)
    contracts = {text: text.partition(" · ")[0].strip() for text in _texts(typed, rows, "contract")}
    services = {text: text.partition(" · ")[0].strip() for text in _texts(typed, rows, "service")}
    keys = [int(key) for key in services.values() if key.isdecimal() and len(key) < 19]
    by_number = dict(Contract.objects.filter(number__in=contracts.values()).values_list("number", "pk"))
    by_key = {str(pk): pk for pk in Service.objects.filter(pk__in=keys).values_list("pk", flat=True)}
    return Names(
        calendars=calendar_keys(),
        contracts={text: by_number[key] for text, key in contracts.items() if key in by_number},
        services={text: by_key[key] for text, key in services.items() if key in by_key},
        channels=Channel.values,
        categories=[
            *CategoryKind.values,
            *Category.objects.order_by("position").values_list("code", flat=True),
        ],
    )


def _texts(typed: Typed, rows: Iterable[str], name: str) -> set[str]:
    return {text for row in rows if (text := typed.get(f"{row}-{name}", "").strip())}


def calendar_keys() -> list[str]:
    """The round-the-clock one first. One query."""
    keys = set(CalendarVersion.objects.order_by("key").values_list("key", flat=True).distinct())
    return sorted(keys | {ROUND_THE_CLOCK}, key=lambda key: (key != ROUND_THE_CLOCK, key))


def suggestions(what: str, words: str) -> list[str]:
    """At most twenty contracts or services that begin to match what is being typed. One query."""
    words = words.replace("\x00", "").rpartition(" · ")[2].strip()
    if what == "contracts":
        found = Contract.objects.filter(Q(number__icontains=words) | Q(customer__name__icontains=words))
        rows = found.order_by("number").values_list("number", "customer__name")[:20]
        return [contract_text(*row) for row in rows]
    services = Service.objects.filter(Q(name__icontains=words) | Q(customer__name__icontains=words))
    return [
        service_text(*row)
        for row in services.order_by("name").values_list("pk", "name", "customer__name")[:20]
    ]


def problem_text(problem: Problem) -> str:
    """Why a field was not taken, as a sentence."""
    say = {
        "unit": _("“%(text)s” has no unit: write %(text)s s, %(text)s min or %(text)s h."),
        "unknown": _("“%(text)s” is not an amount of time: write 90 s, 15 min, 4 h, 1 wd or 1:30:00."),
        "two_ways": _("“%(text)s” can be read in two ways: write 1:30:00 or 90 s."),
        "fraction": _("“%(text)s” is not a whole number of seconds."),
        "nothing": _("An amount of time is longer than nothing. Write – where nothing is promised."),
        "long": _("“%(text)s” is longer than a year."),
        "empty": _("How much is promised? Write – where nothing is."),
        "calendar": _("There is no calendar “%(text)s”."),
        "contract": _("There is no contract “%(text)s”: choose one from the list."),
        "service": _("There is no service “%(text)s”: choose one from the list."),
        "known": _("“%(text)s” is not known here."),
        "twice": _("There is another row for the same place."),
    }
    return say[problem.code] % {"text": problem.text}


def describe(finding: Finding, known: Labels | None = None) -> str:
    """A finding as a sentence."""
    named = known or Labels()
    parts = (
        str(Tier(finding.tier).label) if finding.tier else "",
        finding.category or _("not classified"),
        f"P{finding.priority}" if finding.priority else "",
        named.contracts.get(finding.contract_id or 0, ""),
        named.services.get(finding.service_id or 0, ""),
        str(Channel(finding.channel).label) if finding.channel else "",
    )
    say = {
        "hole": _("%(where)s: nothing is promised there."),
        "slow_first_response": _("%(where)s: first response %(amount)s is more than 90 seconds."),
        "lines_exceed_promise": _("%(where)s: the lines together take %(amount)s, the promise is %(limit)s."),
        "never_due": _("%(where)s: the calendar opens too seldom for %(amount)s."),
    }
    values = {"amount": amount(finding.amount), "limit": amount(finding.limit)}
    return say[finding.code] % {"where": ", ".join(part for part in parts if part), **values}
