"""The clocks of one ticket as its panel shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from common import clock as time
from sla.engine.clock import Clock as EngineClock
from sla.engine.terms import OBLIGATIONS, Kind, Verdict
from sla.enums import PROMISES, ClockKind
from sla.models import Clock
from sla.queries.ledger import moment, sentence, span

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
class LedgerLine:
    at: str
    text: str


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
    target: str
    due: str
    ledger: list[LedgerLine]

    @property
    def is_promise(self) -> bool:
        """Promised to the customer; the others are between ourselves and never shout."""
        return self.clock.kind in PROMISES

    @property
    def is_open(self) -> bool:
        return self.state in ("running", "paused", "over")


def faces(stored: list[Clock], folded: Mapping[tuple[str, int, int], EngineClock]) -> list[Face]:
    """Open clocks first, promises to the customer before those between lines; the last cycle of each kind."""
    now = time.now()
    latest: dict[tuple[str, int], Clock] = {}
    for clock in sorted(stored, key=lambda clock: clock.cycle):
        if clock.verdict != Verdict.CANCELLED or clock.kind in PROMISES:
            latest[clock.kind, clock.line] = clock
    shown = [face(clock, folded.get((clock.kind, clock.cycle, clock.line)), now) for clock in latest.values()]
    return sorted(shown, key=lambda one: (not one.is_open, ORDER.index(Kind(one.clock.kind)), one.clock.line))


def face(clock: Clock, engine: EngineClock | None, now: datetime) -> Face:
    amber, red = COLOURS.get(Kind(clock.kind), OTHERS)
    target = clock.target or timedelta(0)
    state = state_of(clock)
    return Face(
        clock=clock,
        label=label(clock),
        state=state,
        due_ms=_counts_down_to(clock, state),
        amber=int(target.total_seconds() * amber),
        red=int(target.total_seconds() * red),
        elapsed=span(engine.elapsed(now) if engine else clock.elapsed),
        target=span(clock.target),
        due=moment(clock.due_at),
        ledger=[LedgerLine(moment(entry.at), sentence(entry)) for entry in engine.ledger] if engine else [],
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
        return _("%(clock)s, line %(line)d") % {"clock": name, "line": clock.line}
    return f"{name} · {clock.cycle}" if clock.kind == Kind.RES and clock.cycle > 1 else name
