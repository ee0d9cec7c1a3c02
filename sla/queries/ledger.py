"""«Why this deadline?»: the ledger of a clock as sentences, and as facts for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sla.engine.clock import Clock, Entry
from sla.queries.naming import Names
from sla.queries.sentences import sentence

PAUSED, RESUMED = "paused", "resumed"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to the clock. `facts` are plain JSON: seconds for durations, ISO instants in UTC."""

    at: datetime
    what: str
    text: str
    facts: dict[str, Any]


def lines(clock: Clock, names: Names) -> list[Line]:
    """The ledger, oldest first; a pause that has ended is one line that says how long it lasted."""
    told = [_named(entry, names) for entry in paired(clock.ledger)]
    return [Line(entry.at, entry.what, sentence(entry), _plain(entry.facts)) for entry in told]


def paired(ledger: Iterable[Entry]) -> list[Entry]:
    """Each resumption goes into the pause it ends."""
    kept: list[Entry] = []
    for entry in ledger:
        index = next((i for i in reversed(range(len(kept))) if kept[i].what == PAUSED), None)
        if entry.what == RESUMED and index is not None and "until" not in kept[index].facts:
            pause = kept[index]
            ended = {"until": entry.at, "lasted": entry.at - pause.at, "then": entry.facts.get("state")}
            kept[index] = Entry(pause.at, pause.what, pause.facts | ended)
        else:
            kept.append(entry)
    return kept


def keys_of(clocks: Iterable[Clock]) -> tuple[set[int], set[str]]:
    """The policies and calendars that the ledgers speak of."""
    facts = [entry.facts for clock in clocks for entry in clock.ledger]
    policies = {int(one["policy"]) for one in facts if one.get("policy")}
    return policies, {str(one["calendar"]) for one in facts if one.get("calendar")}


def _named(entry: Entry, names: Names) -> Entry:
    """With titles beside the keys."""
    facts = dict(entry.facts)
    if facts.get("policy"):
        facts["policy_title"] = names.policy(int(facts["policy"]))
    if facts.get("calendar"):
        version = names.calendar(str(facts["calendar"]), entry.at)
        facts["calendar_title"] = (version and version.title) or facts["calendar"]
        facts["calendar_since"] = version.published_at if version else None
    return Entry(entry.at, entry.what, facts)


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in facts.items()}


def _value(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, datetime) else value
