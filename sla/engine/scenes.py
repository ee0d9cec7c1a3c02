"""Reading written scenes: what happened to a ticket, when, and what was promised for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sla.engine.calendars import Calendar
from sla.engine.faults import ExampleError, within
from sla.engine.parsing import REQUIRED, amount, instant, mapping, one_of, take
from sla.engine.retarget import FROM_CHANGE, RETRO
from sla.engine.states import RESOLUTION
from sla.engine.terms import Facts, Kind, Target, Terms

Data = Mapping[str, Any]
MOVES = {
    "resolve": "resolved",
    "close": "closed",
    "cancel": "cancelled",
    "spam": "spam",
    "merged": "merged",
    "reopen": "in_progress",
    "restore": "new",
}
VERBS = (
    "create", "reply", "note", "customer", "thanks", "accept", "handover", "state", "reclass", "merge_in", *MOVES,
)  # fmt: skip
TARGET = 14_400
FIXED = {Kind.FR: 90, Kind.NR: 900, Kind.PU: 900, Kind.CN: 300}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a scene: when, what happened, details."""

    at: datetime
    verb: str
    data: Data


class ScriptPolicy:
    """A policy whose resolution target and calendar are written into the scene; the category carries them."""

    def __init__(self, config: Data, calendars: Mapping[str, Calendar]) -> None:
        self.config, self.calendars = config, calendars
        self.fixed = {
            (kind, 0): Target(take(config, kind.lower(), amount, timedelta(seconds=default)))
            for kind, default in FIXED.items()
        }
        self.check(config)

    def check(self, data: Data) -> None:
        """Raise ExampleError for a target or a calendar that makes no sense."""
        take(data, "target", amount, None)
        if take(data, "cal", one_of(self.calendars), None) is not None:
            self.calendars[data["cal"]]

    def category(self, data: Data, current: str = "") -> str:
        calendar, target = (current or f"C247/{TARGET}").rsplit("/", 1)
        return f"{data.get('cal') or calendar}/{target if data.get('target') is None else data['target']}"

    def match(self, facts: Facts, at: datetime) -> Terms:
        calendar, target = (facts.category or self.category(self.config)).rsplit("/", 1)
        resolution = Target(timedelta(seconds=float(target)), self.calendars[calendar])
        return Terms(0, {**self.fixed, (Kind.RES, 0): resolution})


def read_scene(events: list[Any], policy: ScriptPolicy, field: str = "events") -> list[Step]:
    """The steps of a scene in the order they happened. Raises ExampleError naming the event and its part."""
    steps = []
    for index, event in enumerate(events):
        with within(f"{field}[{index}]"):
            steps.append(_step(event, policy))
    steps.sort(key=lambda step: step.at)
    # Mail may be dated before the ticket that it opened, but nothing happens to a ticket that never was.
    made = [step for step in steps if step.verb == "create"]
    if not made:
        raise ExampleError("create", field=field)
    if len(made) > 1:
        raise ExampleError("again", field=field)
    return [made[0], *(step for step in steps if step is not made[0])]


def _step(event: Any, policy: ScriptPolicy) -> Step:
    if not isinstance(event, list) or len(event) not in (2, 3):
        raise ExampleError("event")
    at, verb = instant(event[0]), one_of(VERBS)(event[1])
    data = mapping(event[2]) if len(event) == 3 and event[2] is not None else {}
    policy.check(data)
    take(
        data, "to" if verb != "create" else "state", one_of(RESOLUTION), REQUIRED if verb == "state" else None
    )
    take(data, "line", one_of((1, 2, 3)), REQUIRED if verb == "handover" else None)
    take(data, "priority", one_of((1, 2, 3, 4)), None)
    take(data, "mode", one_of((FROM_CHANGE, RETRO)), None)
    return Step(at, verb, data)


def answered(step: Step) -> bool:
    """A person of ours said something that customers see."""
    said = step.verb in {"reply", "resolve"}
    return said and bool(step.data.get("public", True)) and bool(step.data.get("human", True))
