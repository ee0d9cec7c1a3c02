"""The clocks of one ticket as its panel shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from common import clock as time
from sla.engine.clock import Clock as EngineClock
from sla.engine.terms import OBLIGATIONS, Kind, Verdict
from sla.enums import PROMISES, ClockKind
from sla.models import Clock
from sla.queries.ledger import Line, lines
from sla.queries.naming import Names
from sla.queries.spans import moment, span

# Share of the target that is left when a clock turns amber and red on the page.
COLOURS = {Kind.FR: (2 / 3, 1 / 3), Kind.RES: (0.25, 0.10), Kind.G15: (1 / 3, 0.0)}
OTHERS = (0.20, 0.05)
ORDER = [
    Kind.FR,
    Kind.NR,
    Kind.RES,
    Kind.PU,
    Kind.CN,
    Kind.UC,
    Kind.OLA_A,
    Kind.OLA_W,
    Kind.G15,
    *sorted(OBLIGATIONS),
]


@dataclass(frozen=True, slots=True)
class Face:
    """One clock on the page. `state`: running, paused, met, missed, over (missed and still open), void."""

    clock: Clock
    label: str
    state: str
    due_ms: int | None
    amber: int
    red: int
    elapsed: str
    left: str
    target: str
    due: str
    ledger: list[Line]
    earlier: list[Face] = field(default_factory=list)

    @property
    def is_promise(self) -> bool:
        """Promised to the customer; the others are between ourselves and never shout."""
        return self.clock.kind in PROMISES

    @property
    def is_open(self) -> bool:
        return self.state in ("running", "paused", "over")


def faces(
    stored: list[Clock], folded: Mapping[tuple[str, int, int], EngineClock], names: Names
) -> list[Face]:
    """Open clocks first, promises to the customer before those between lines; earlier cycles behind the last one.

    A clock that was cancelled is shown only if it was promised to the customer. Of what we owe ourselves several may
    be open at once, each about something else.
    """
    now = time.now()
    shown = [clock for clock in stored if clock.verdict != Verdict.CANCELLED or clock.kind in PROMISES]
    faced = [face(clock, folded.get((clock.kind, clock.cycle, clock.line)), now, names) for clock in shown]
    grouped: dict[tuple[str, int], list[Face]] = defaultdict(list)
    for one in sorted(faced, key=lambda one: one.clock.cycle, reverse=True):
        grouped[one.clock.kind, one.clock.line].append(one)
    heads = [head for group in grouped.values() for head in _heads(group)]
    return sorted(heads, key=lambda one: (not one.is_open, ORDER.index(Kind(one.clock.kind)), one.clock.line))


def _heads(group: list[Face]) -> list[Face]:
    """What stands in the panel of the cycles of one clock, the newest first; the others fold behind the last of them."""
    counted = [one for one in group if one.state != "void"]
    heads = [one for one in group if one.is_open] or (counted or group)[:1]
    rest = [one for one in group if one not in heads]
    return [*heads[:-1], replace(heads[-1], earlier=rest)]


def face(clock: Clock, engine: EngineClock | None, now: datetime, names: Names) -> Face:
    amber, red = COLOURS.get(Kind(clock.kind), OTHERS)
    target = clock.target or timedelta(0)
    state, used = state_of(clock), engine.elapsed(now) if engine else clock.elapsed
    return Face(
        clock=clock,
        label=label(clock),
        state=state,
        due_ms=_counts_down_to(clock, state),
        amber=int(target.total_seconds() * amber),
        red=int(target.total_seconds() * red),
        elapsed=span(used),
        left=span(max(timedelta(0), target - used))
        if clock.target and state in ("running", "paused")
        else "",
        target=span(clock.target),
        due=moment(clock.due_at),
        ledger=lines(engine, names) if engine else [],
    )


def _counts_down_to(clock: Clock, state: str) -> int | None:
    counting = state == "running" or (state == "over" and clock.kind in PROMISES)
    return int(clock.due_at.timestamp() * 1000) if clock.due_at and counting else None


def state_of(clock: Clock) -> str:
    if clock.verdict == Verdict.CANCELLED:
        return "void"
    if clock.stopped_at is not None:
        return str(clock.verdict)
    if clock.verdict == Verdict.MISSED:
        return "over"
    return "running" if clock.running_since else "paused"


def label(clock: Clock) -> str:
    name = str(ClockKind(clock.kind).label)
    if clock.line:
        name = _("%(clock)s, line %(line)d") % {"clock": name, "line": clock.line}
    return f"{name} · {clock.cycle}" if clock.cycle > 1 else name
