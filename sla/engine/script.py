"""Short written scenes («create, reply, resolve») turned into ticket events as the life cycle would record them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sla.engine.case import Sources
from sla.engine.clock import Clock
from sla.engine.events import Event, Type
from sla.engine.fold import Folded, fold, no_sources
from sla.engine.scenes import MOVES, Data, ScriptPolicy, Step, read_scene
from sla.engine.terms import Kind, Verdict


class Script:
    """Plays steps one by one and keeps the event log they produce."""

    def __init__(self, policy: ScriptPolicy, config: Data, *, sources: Sources = no_sources) -> None:
        self.policy, self.config, self.sources = policy, config, sources
        self.events: list[Event] = []
        self.state, self.line, self.category = "new", 1, policy.category(config)

    def run(self, scene: list[Any]) -> Script:
        return self.play(read_scene(scene, self.policy))

    def play(self, steps: Iterable[Step]) -> Script:
        for step in steps:
            self.say(step.at, step.verb, step.data)
        return self

    def folded(self, as_of: datetime | None = None) -> Folded:
        return fold(self.events, self.policy, as_of=as_of, sources=self.sources)

    def say(self, at: datetime, verb: str, data: Data) -> None:
        if verb in MOVES:
            # An order withdrawn by mistake goes on where it was (T28); what was no spam begins anew (T27).
            undone = verb == "restore" and self.state == "cancelled"
            self._move(at, data.get("to") or ("in_progress" if undone else MOVES[verb]), verb, data)
        else:
            getattr(self, f"_{verb}")(at, data)
        self.state = self.folded().state

    def _event(self, at: datetime, type_: Type, data: Data, **stated: Any) -> None:
        self.events.append(Event(at, type_, data=dict(data), **stated))

    def _move(self, at: datetime, to: str, verb: str, data: Data) -> None:
        self._event(at, Type.MOVED, {"transition": verb, **data}, state=to, line=self.line)

    def _create(self, at: datetime, data: Data) -> None:
        self.state, self.line = data.get("state", "new"), data.get("line", 1)
        flags = {name: value for name, value in self.config.items() if isinstance(value, bool)}
        priority = data.get("priority") or self.config.get("priority") or 3
        stated = {"channel": self.config.get("channel") or "mail", "customer_id": 1, **flags, **data}
        self._event(
            at,
            Type.CREATED,
            stated,
            state=self.state,
            line=self.line,
            priority=priority,
            category=self.category,
        )

    def _reply(self, at: datetime, data: Data) -> None:
        public = data.get("public", True)
        message = {"kind": "reply" if public else "note", "public": public, "human": data.get("human", True)}
        self._event(at, Type.MESSAGE, message)
        if data.get("to"):
            self._move(at, data["to"], "reply", {})

    def _note(self, at: datetime, data: Data) -> None:
        self._reply(at, {**data, "public": False})

    def _customer(self, at: datetime, data: Data) -> None:
        human = not data.get("auto", False) and data.get("human", True)
        self._event(at, Type.MESSAGE, {"kind": "customer", "public": True, "human": human})
        if human and self.state in {"pending_customer", "resolved"}:
            self._move(at, data.get("to", "in_progress"), "customer_answered", {})

    def _thanks(self, at: datetime, data: Data) -> None:
        self._event(at, Type.MESSAGE, {"kind": "customer", "public": True, "human": True, "thanks": True})
        if self.state == "pending_customer":
            self._move(at, "in_progress", "customer_answered", {})

    def _accept(self, at: datetime, data: Data) -> None:
        if data.get("monitoring") and self.events[0].data.get("channel") != "monitoring":
            first = self.events[0]
            origin = {**first.data, "channel": "monitoring"}
            self.events[0] = Event(
                first.at, first.type, first.state, first.line, first.priority, first.category, origin
            )
        self._move(at, "triage" if self.state == "new" else "in_progress", "accept", data)

    def _handover(self, at: datetime, data: Data) -> None:
        self.line = data["line"]
        self._move(at, "queued", "handover", data)

    def _state(self, at: datetime, data: Data) -> None:
        self.line = data.get("line", self.line)
        self._move(at, data["to"], "state", data)

    def _reclass(self, at: datetime, data: Data) -> None:
        self.category = self.policy.category(data, self.category)
        stated = {"mode": data.get("mode", "retro"), "reason": data.get("reason", "")}
        self._event(at, Type.RECLASSIFIED, stated, category=self.category, priority=data.get("priority"))

    def _merge_in(self, at: datetime, data: Data) -> None:
        self._event(at, Type.MERGED_IN, data, priority=self._higher(data.get("priority")))

    def _higher(self, priority: int | None) -> int | None:
        """The survivor takes the higher priority of both (R7)."""
        own = [event.priority for event in self.events if event.priority]
        return min([priority, own[-1]]) if priority and own else None

    def answer(self) -> dict[str, Any]:
        """Everything a vector may ask about."""
        folded = self.folded()
        first, cycles, notice = folded.of(Kind.FR), folded.of(Kind.RES), folded.of(Kind.CN)
        talk = [
            clock
            for clock in folded.of(Kind.NR)
            if not clock.is_live and clock.verdict is not Verdict.CANCELLED
        ]
        return {
            **(_first(first[0]) if first else {"fr": None, "fr_v": None}),
            **_resolution(cycles),
            "nr": [_seconds(clock.used) for clock in talk],
            "nr_v": [str(clock.verdict) for clock in talk],
            "cn": _seconds(notice[0].used) if notice and not notice[0].is_live else None,
            "cn_v": str(notice[0].verdict) if notice else None,
            "ola": _lines(folded, self.events[-1].at),
            "cycles": [
                [clock.cycle, str(clock.verdict), _seconds(clock.used)]
                for clock in cycles
                if not clock.is_live
            ],
            "state": folded.state,
            "viol": folded.violations,
        }


def _seconds(amount: timedelta | None) -> float | None:
    return None if amount is None else amount / timedelta(seconds=1)


def _first(clock: Clock) -> dict[str, Any]:
    return {"fr": None if clock.is_live else _seconds(clock.used), "fr_v": str(clock.verdict)}


def _resolution(cycles: list[Clock]) -> dict[str, Any]:
    if not cycles:
        return dict.fromkeys(("res", "res_v", "due", "breached", "target"))
    clock = cycles[-1]
    return {
        "res": None if clock.is_live else _seconds(clock.used),
        "res_v": str(clock.verdict),
        "due": clock.due_at.isoformat() if clock.due_at else None,
        "breached": clock.breached_at.isoformat() if clock.breached_at else None,
        "target": _seconds(clock.target),
    }


def _lines(folded: Folded, at: datetime) -> dict[str, float | None]:
    """Seconds per line, its visits added up."""
    names = {Kind.OLA_A: "accept", Kind.OLA_W: "work"}
    spent: dict[str, timedelta] = {}
    for clock in sorted(folded.clocks, key=lambda clock: (clock.line, clock.kind)):
        if clock.kind in names:
            name = f"L{clock.line}.{names[clock.kind]}"
            spent[name] = spent.get(name, timedelta(0)) + clock.elapsed(at)
    return {name: _seconds(length) for name, length in spent.items()}
