"""Replaying written-down examples through the product's own engine (`manage.py sla_replay`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sla.engine.calendars import C247, Calendar, Hours, Span, merged
from sla.engine.clock import Clock
from sla.engine.hours import read_hours
from sla.engine.script import Script, ScriptPolicy
from sla.engine.terms import Kind
from sla.engine.week import CalendarError

Json = dict[str, Any]
FOREVER = datetime.max.replace(tzinfo=UTC)


def instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise CalendarError(f"{text!r} has no offset from UTC")
    return at


def show(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def seconds(amount: timedelta | None) -> float | None:
    return None if amount is None else amount / timedelta(seconds=1)


def read_calendars(given: Mapping[str, Any]) -> dict[str, Calendar]:
    calendars = {name: Calendar(name, (None, read_hours(spec, given))) for name, spec in given.items()}
    return {"C247": C247, **calendars}


def replay(document: Json) -> Iterator[Json]:
    """One answer per vector, in file order."""
    calendars = read_calendars(document.get("calendars", {}))
    kinds = {"arith": _arith, "calendar_change": _calendar_change, "scenario": _scenario, "merge": _merge}
    for vector in document["vectors"]:
        yield {"id": vector["id"], **kinds[vector["kind"]](vector, calendars)}


def differences(vector: Json, answer: Json) -> Json:
    """`{key: {"expected", "computed"}}` for everything the vector states and the engine sees otherwise."""
    wanted = dict(vector.get("expect", {}))
    stated = (
        "due",
        "elapsed_s",
        "verdict",
        "survivor_due",
        "source_fr_v",
        "source_fr_breached",
        "source_res_v",
    )
    wanted |= {key: vector[key] for key in stated if key in vector and key in answer}
    return {
        key: {"expected": value, "computed": answer.get(key)}
        for key, value in wanted.items()
        if not _same(value, answer.get(key))
    }


def _same(wanted: Any, computed: Any) -> bool:
    if isinstance(wanted, str) and isinstance(computed, str) and wanted != computed:
        try:
            return instant(wanted) == instant(computed)
        except ValueError:
            return False
    if isinstance(wanted, list) and isinstance(computed, list):
        return len(wanted) == len(computed) and all(map(_same, wanted, computed))
    return bool(wanted == computed)


def _clock(vector: Json, calendar: Calendar) -> Clock:
    start = instant(vector["start"])
    return Clock(Kind.RES, 1, 0, timedelta(seconds=vector["target_s"]), calendar, 0, start)


def _pauses(vector: Json, start: datetime, stop: datetime | None) -> list[Span]:
    """Pauses as disjoint spans within the life of the clock; an open pause lasts for ever."""
    spans = [(max(instant(a), start), instant(b) if b else FOREVER) for a, b in vector.get("pauses", ())]
    return [span for span in merged(spans) if stop is None or span[0] < stop]


def _arith(vector: Json, calendars: Mapping[str, Calendar]) -> Json:
    clock = _clock(vector, calendars[vector.get("calendar", "C247")])
    stop = instant(vector["stop"]) if vector.get("stop") else None
    clock.start(clock.started_at)
    for begin, end in _pauses(vector, clock.started_at, stop):
        clock.advance(begin)
        clock.pause(begin)
        if end < FOREVER:
            clock.start(end)
    answer: Json = {"due": show(clock.due_at)}
    if stop is None:
        return answer | {"verdict": None}
    clock.advance(stop)
    clock.stop(stop)
    verdict = str(clock.verdict)
    return answer | {"elapsed_s": seconds(clock.used), "verdict": verdict}


def _calendar_change(vector: Json, calendars: Mapping[str, Calendar]) -> Json:
    calendar, published = calendars[vector["calendar"]], instant(vector["published_at"])
    hours = calendar.versions[-1][1]
    closed = {date.fromisoformat(vector["new_day_off"]): ()}
    newer = Hours(hours.tz, hours.week, hours.holidays, {**hours.exceptions, **closed}, hours.always)
    clock = _clock(vector, calendar.published(published, newer))
    clock.start(clock.started_at)
    return {"due": show(clock.due_at), "used_s": seconds(clock.elapsed(published)), "verdict": None}


def _scenario(vector: Json, calendars: Mapping[str, Calendar]) -> Json:
    policy = ScriptPolicy(vector.get("config", {}), calendars)
    return Script(policy, vector.get("config", {})).run(vector["events"]).answer()


def _merge(vector: Json, calendars: Mapping[str, Calendar]) -> Json:
    config = {"target": vector["target_s"], **vector.get("config", {})}
    policy, at = ScriptPolicy(config, calendars), instant(vector["merged_at"])
    source = Script(policy, config).run(vector["source"])
    brought = source.folded(as_of=at).brought(at)
    source.say(at, "merged", {})
    survivor = Script(policy, config, sources=lambda ticket_id, when: brought).run(vector["survivor"])
    survivor.say(at, "merge_in", {})
    first, resolution = source.folded().of(Kind.FR)[0], source.folded().of(Kind.RES)[-1]
    due = survivor.folded().of(Kind.RES)[-1]
    return {
        "survivor_due": show(due.due_at),
        "verdict": str(due.verdict),
        "source_fr_v": str(first.verdict),
        "source_fr_breached": show(first.breached_at),
        "source_res_v": str(resolution.verdict),
    }
