"""Who hears of a warning, and how loudly (domain §2.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from accounts.models import Operator
from common import live
from sla.engine.terms import OBLIGATIONS, Kind
from sla.models import Clock
from tickets.models import Ticket

Audience = Callable[[Ticket], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Alarm:
    """`level` is what the page shows: notice, amber, red, assign (forced assignment) or breach.

    With `leads` the shift leads on shift hear it in person; if there is none, the bell says so and whoever hears acts.
    """

    level: str
    audiences: tuple[Audience, ...]
    sound: bool = False
    leads: bool = False


def line1(ticket: Ticket) -> Iterable[str]:
    return ("line:1",)


def line(ticket: Ticket) -> Iterable[str]:
    return (f"line:{ticket.line}",)


def next_line(ticket: Ticket) -> Iterable[str]:
    return (f"line:{min(3, ticket.line + 1)}",)


def shift(ticket: Ticket) -> Iterable[str]:
    return ("shift",)


def owner(ticket: Ticket) -> Iterable[str]:
    """The assignee, or the line while nobody has it."""
    return (f"operator:{ticket.assignee_id}",) if ticket.assignee_id else line(ticket)


def _leads() -> list[str]:
    """Everyone who leads the shift that is on now; asked for once per batch."""
    leads = Operator.objects.filter(is_shift_lead=True, on_shift=True, user__is_active=True)
    return [f"operator:{user_id}" for user_id in leads.values_list("user_id", flat=True)]


PROMISE = {80: Alarm("amber", (owner,)), 100: Alarm("breach", (shift, owner))}
OWED = {80: Alarm("notice", (owner,), leads=True), 100: Alarm("amber", (owner,), leads=True)}
LINES = {80: Alarm("notice", (owner,)), 100: Alarm("red", (owner, line))}
ALARMS: dict[tuple[str, int], Alarm] = {
    (Kind.FR, 30): Alarm("amber", (line1,)),
    (Kind.FR, 60): Alarm("red", (shift,), sound=True),
    (Kind.FR, 75): Alarm("assign", (shift,), sound=True, leads=True),
    (Kind.FR, 90): Alarm("breach", (shift,), sound=True),
    (Kind.RES, 50): Alarm("notice", (owner,)),
    (Kind.RES, 75): Alarm("amber", (owner, line)),
    (Kind.RES, 90): Alarm("red", (shift, next_line)),
    (Kind.RES, 100): Alarm("breach", (shift, owner)),
    (Kind.UC, 100): Alarm("red", (owner, line)),
    (Kind.G15, 67): Alarm("notice", (owner,)),
    **{(kind, code): alarm for kind in (Kind.NR, Kind.PU, Kind.CN) for code, alarm in PROMISE.items()},
    **{(kind, code): alarm for kind in OBLIGATIONS for code, alarm in OWED.items()},
    **{(kind, code): alarm for kind in (Kind.OLA_A, Kind.OLA_W) for code, alarm in LINES.items()},
}


def announce(passed: Iterable[tuple[Clock, int]]) -> None:
    """Ring at everyone concerned after the commit. Ids and codes only; the page asks for the rest."""
    leads = cache(_leads)
    live.publish_all(
        bell
        for clock, threshold in passed
        if (alarm := ALARMS.get((clock.kind, threshold)))
        for bell in _bells(clock, threshold, alarm, leads)
    )


def _bells(clock: Clock, threshold: int, alarm: Alarm, leads: Callable[[], list[str]]) -> Iterator[live.Bell]:
    ticket = clock.ticket
    channels = {channel for audience in alarm.audiences for channel in audience(ticket)}
    leading = leads() if alarm.leads else []
    channels.update(leading)
    facts = {
        "id": ticket.pk,
        "number": ticket.number,
        "line": ticket.line,
        "clock": clock.kind,
        "threshold": threshold,
        "level": alarm.level,
        "sound": alarm.sound,
        "leaderless": alarm.leads and not leading,
    }
    for channel in sorted(channels | {f"ticket:{ticket.pk}"}):
        yield live.Bell(channel, "sla-alarm", facts)
