"""From an engine clock to its stored row and back to what is ahead of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from datetime import datetime
from json import dumps
from typing import Any

from django.db import connection
from psycopg2.extras import Json

from sla.engine import thresholds
from sla.engine.clock import Clock as EngineClock
from sla.engine.terms import Verdict
from sla.models import Clock
from sla.queries.rulebook import Rulebook
from sla.services import reporting

Key = tuple[str, int, int]
PROJECTED = (
    "policy_version", "calendar_version", "target", "elapsed", "started_at", "running_since", "due_at", "stopped_at",
    "verdict", "verdict_at", "reported_at", "breached_at", "detected_at", "is_hidden", "intervals", "ahead", "next_at",
    "next_threshold", "about",
    "fired",
)  # fmt: skip
FIELDS = tuple(f"{name}_id" if name.endswith("_version") else name for name in PROJECTED)
COLUMNS = ("ticket_id", "kind", "cycle", "line", *FIELDS)
JSON = frozenset({"intervals", "ahead", "fired"})
TUPLE = f"({', '.join(['%s'] * len(COLUMNS))})"
INSERT = f"INSERT INTO sla_clock ({', '.join(COLUMNS)}) VALUES "  # noqa: S608 — constants only
UPSERT = " ON CONFLICT (ticket_id, kind, cycle, line) DO UPDATE SET " + ", ".join(
    f"{column} = excluded.{column}" for column in FIELDS
)

SWEPT = {
    "fired": "jsonb", "ahead": "jsonb", "next_at": "timestamptz", "next_threshold": "smallint", "verdict": "text",
    "verdict_at": "timestamptz", "reported_at": "timestamptz", "breached_at": "timestamptz", "detected_at": "timestamptz", "due_at": "timestamptz",
}  # fmt: skip
"""What the sweep changes of a clock, with the types that a list of rows has to be told."""
SWEEP = (
    f"UPDATE sla_clock SET {', '.join(f'{name} = swept.{name}' for name in SWEPT)} "  # noqa: S608 — constants only
    f"FROM unnest(%s::bigint[], {', '.join(f'%s::{of}[]' for of in SWEPT.values())}) "
    f"AS swept (id, {', '.join(SWEPT)}) WHERE sla_clock.id = swept.id"
)


def key_of(clock: EngineClock | Clock) -> Key:
    return (str(clock.kind), clock.cycle, clock.line)


def project(clock: EngineClock, ticket_id: int, book: Rulebook, known: Clock | None = None) -> Clock:
    """The row of a clock. What only the sweep knows (fired thresholds, when a miss was noticed) is kept."""
    fired = _fired(clock, known)
    ahead = thresholds.ahead(clock, fired)
    first = ahead[0] if ahead else None
    return Clock(
        pk=known.pk if known else None,
        ticket_id=ticket_id,
        kind=str(clock.kind),
        cycle=clock.cycle,
        line=clock.line,
        policy_version_id=clock.version,
        calendar_version_id=book.calendar_id(clock.calendar.key, clock.stopped_at),
        target=clock.target,
        elapsed=clock.used,
        started_at=clock.started_at,
        running_since=clock.runs[-1].start if clock.is_running else None,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        verdict=str(clock.verdict),
        verdict_at=verdict_at(clock),
        reported_at=_reported(verdict_at(clock), known),
        breached_at=clock.breached_at,
        detected_at=_detected(clock, known),
        is_hidden=clock.hidden,
        about=clock.about,
        intervals=intervals(clock),
        ahead=[[code, at.isoformat()] for code, at in ahead],
        fired=fired,
        next_at=first[1] if first else None,
        next_threshold=first[0] if first else None,
    )


def vanished(known: Mapping[Key, Clock], rows: Iterable[Clock]) -> list[Clock]:
    """Stored clocks that a replay no longer knows (an undone merge, a late event): they end without counting."""
    kept = {key_of(row) for row in rows}
    gone = [copy(clock) for key, clock in known.items() if key not in kept and not is_void(clock)]
    for clock in gone:
        clock.verdict, clock.verdict_at, clock.breached_at, clock.detected_at = (
            Verdict.CANCELLED,
            None,
            None,
            None,
        )
        clock.reported_at, clock.fired = None, []
        clock.stopped_at = clock.stopped_at or clock.running_since or clock.started_at
        clock.running_since = clock.due_at = clock.next_at = clock.next_threshold = None
        clock.ahead = []
    return gone


def is_void(clock: Clock) -> bool:
    """Ended without counting: nothing shows it and nothing fires."""
    return clock.verdict == Verdict.CANCELLED and clock.stopped_at is not None and clock.next_at is None


def _fired(clock: EngineClock, known: Clock | None) -> list[int]:
    """What has fired is kept; a deadline whose miss was disproved is ahead again."""
    fired = known.fired if known else []
    if known is None or known.breached_at is None or clock.verdict is Verdict.MISSED:
        return fired
    return [code for code in fired if code != thresholds.deadline_code(clock.kind)]


def _detected(clock: EngineClock, known: Clock | None) -> datetime | None:
    if clock.verdict is not Verdict.MISSED:
        return None
    return (known.detected_at if known else None) or clock.noticed_at


def _reported(verdict: datetime | None, known: Clock | None) -> datetime | None:
    """Kept while the verdict stands; `reporting.report` decides about a new one."""
    if known is not None and known.verdict_at == verdict:
        return known.reported_at
    return verdict


def verdict_at(clock: EngineClock) -> datetime | None:
    """The instant that decides which period the verdict belongs to (domain §3)."""
    if clock.verdict is Verdict.MISSED:
        return clock.breached_at
    return clock.stopped_at if clock.verdict is Verdict.MET else None


def intervals(clock: EngineClock) -> list[list[Any]]:
    return [
        [run.start.isoformat(), run.end.isoformat() if run.end else None, run.calendar.key, *_lump(run.lump)]
        for run in clock.runs
    ]


def _lump(lump: Any) -> list[float]:
    return [lump.total_seconds()] if lump else []


def changed(row: Clock, known: Clock | None) -> bool:
    return known is None or any(getattr(row, name) != getattr(known, name) for name in FIELDS)


def changes(
    clocks: Iterable[EngineClock], ticket_id: int, book: Rulebook, known: Mapping[Key, Clock]
) -> list[Clock]:
    """The rows of a ticket that differ from what is stored, those that a replay no longer knows among them."""
    rows = [project(clock, ticket_id, book, known.get(key_of(clock))) for clock in clocks]
    different = [row for row in rows if changed(row, known.get(key_of(row)))]
    reporting.report(row for row in different if _is_judged_anew(row, known.get(key_of(row))))
    return [*different, *vanished(known, rows)]


def _is_judged_anew(row: Clock, known: Clock | None) -> bool:
    return row.verdict_at is not None and (known is None or known.verdict_at != row.verdict_at)


def write(rows: list[Clock]) -> None:
    """Insert or update in one statement.

    Written in SQL: every ticket and every message passes here, and composing the same statement through the ORM
    costs more than carrying it out.
    """
    if rows:
        tuples = ", ".join([TUPLE] * len(rows))
        with connection.cursor() as cursor:
            cursor.execute(INSERT + tuples + UPSERT, [value for row in rows for value in _values(row)])


def _values(row: Clock) -> Iterator[Any]:
    for column in COLUMNS:
        value = getattr(row, column)
        yield Json(value) if column in JSON else value


def store_swept(clocks: Iterable[Clock]) -> None:
    """Write what the sweep changed of claimed clocks, in one statement."""
    rows = list(clocks)
    columns = [[_plain(name, getattr(row, name)) for row in rows] for name in SWEPT]
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, [[row.pk for row in rows], *columns])


def _plain(name: str, value: Any) -> Any:
    return dumps(value) if name in JSON else str(value) if name == "verdict" else value
