"""Scenes of several tickets of which one survives (rule R7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sla.engine.case import Brought
from sla.engine.faults import ExampleError, within
from sla.engine.parsing import instant, mapping, sequence, take
from sla.engine.scenes import ScriptPolicy, Step, answered, read_scene
from sla.engine.script import Script
from sla.engine.terms import Kind

Data = Mapping[str, Any]


def play_merges(vector: Data, policy: ScriptPolicy, config: Data) -> dict[str, Any]:
    """The survivor after one merge (`source`, `merged_at`) or several (`sources`: a list of the same two)."""
    listed = take(vector, "sources", sequence, None)
    scene = read_scene(take(vector, "survivor", sequence), policy, "survivor")
    stop: datetime | None = take(vector, "stop", instant, None)
    sources = []
    for index, given in enumerate([vector] if listed is None else listed):
        with within(f"sources[{index}]" if listed is not None else ""):
            sources.append(_Source(mapping(given), policy, config, scene[0].at))
    sources.sort(key=lambda source: source.at)
    survivor = _survivor(scene, sources, policy, config, stop)
    for source in sources:
        source.hear(scene, survivor.events[-1].at)
    return _answer(survivor, sources, stop)


class _Source:
    """A ticket that is merged away at `at`, and what it brings."""

    def __init__(self, given: Data, policy: ScriptPolicy, config: Data, survivor_since: datetime) -> None:
        self.at: datetime = take(given, "merged_at", instant)
        self.until = self.at
        self.script = Script(policy, config)
        scene = read_scene(take(given, "source", sequence), policy, "source")
        if self.at < max(scene[0].at, survivor_since):
            raise ExampleError("early", field="merged_at")
        self.script.play(step for step in scene if step.at <= self.at)
        self.brought: Brought = self.script.folded(as_of=self.at).brought(self.at)
        self.priority = min((event.priority for event in self.script.events if event.priority), default=None)
        self.script.say(self.at, "merged", {})

    def hear(self, scene: list[Step], until: datetime) -> None:
        """What people of ours say on the survivor reaches this ticket's contact too."""
        for step in scene:
            if step.at > self.at and answered(step):
                self.script.say(step.at, "reply", {})
        self.until = max(until, self.at)


def _survivor(
    scene: list[Step], sources: list[_Source], policy: ScriptPolicy, config: Data, stop: datetime | None
) -> Script:
    brought = {index: source.brought for index, source in enumerate(sources)}
    script = Script(policy, config, sources=lambda ticket_id, at: brought.get(ticket_id))
    merges = [
        Step(source.at, "merge_in", {"source_id": index, "priority": source.priority})
        for index, source in enumerate(sources)
    ]
    ends = [Step(stop, "resolve", {})] if stop is not None else []
    return script.play(sorted([*scene, *merges, *ends], key=lambda step: step.at))


def _answer(survivor: Script, sources: list[_Source], stop: datetime | None) -> dict[str, Any]:
    resolution = survivor.folded().of(Kind.RES)[-1]
    answer: dict[str, Any] = {
        "survivor_due": resolution.due_at.isoformat() if resolution.due_at else None,
        "verdict": str(resolution.verdict),
    }
    if stop is not None:
        answer["elapsed_s"] = resolution.used.total_seconds()
    ends = [_of_source(source) for source in sources]
    return answer | (ends[0] if len(ends) == 1 else {"sources": ends})


def _of_source(source: _Source) -> dict[str, Any]:
    folded = source.script.folded(as_of=source.until)
    first, resolution = next(iter(folded.of(Kind.FR)), None), folded.of(Kind.RES)[-1]
    return {
        "source_fr_v": str(first.verdict) if first else None,
        "source_fr_breached": first.breached_at.isoformat() if first and first.breached_at else None,
        "source_res_v": str(resolution.verdict),
    }
