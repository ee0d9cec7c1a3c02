"""Replaying written-down examples through the product's own engine (`manage.py sla_replay`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sla.engine.calendars import C247, Calendar, Hours, Span, merged
from sla.engine.clock import Clock
from sla.engine.dates import parse_period
from sla.engine.faults import ExampleError, Fault, within
from sla.engine.hours import check, read_exceptions, read_hours
from sla.engine.merges import play_merges
from sla.engine.parsing import amount, doubled, instant, mapping, one_of, sequence, take
from sla.engine.scenes import ScriptPolicy
from sla.engine.script import Script
from sla.engine.terms import Kind

Json = dict[str, Any]
FOREVER = datetime.max.replace(tzinfo=UTC)
STATED = (
    "due", "elapsed_s", "used_s", "verdict", "survivor_due", "source_fr_v", "source_fr_breached", "source_res_v",
)  # fmt: skip
"""What a vector may state beside `expect`."""


class Calendars(Mapping[str, Calendar]):
    """The calendars of a file, each read when an example first asks for it: a broken one spoils only its own."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given: Mapping[str, Any] = {"C247": "always open", **given}
        self._twice = doubled(given)
        self._read: dict[str, Calendar] = {"C247": C247} if "C247" not in given else {}

    def __getitem__(self, name: str) -> Calendar:
        if name not in self._read:
            with within(f"calendars.{name}"):
                if name == self._twice:
                    raise ExampleError("key", text=name)
                self._read[name] = Calendar(name, (None, read_hours(self._given[name], self._given)))
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def named(self, name: Any) -> Calendar:
        if name not in list(self._given):
            raise ExampleError("calendar", text=name)
        return self[name]


def replay(document: Mapping[str, Any], *, tell: Callable[[Fault], str] = str) -> Iterator[Json]:
    """One answer per vector, in file order. One that makes no sense has `error`: its place, a code and the reason
    that `tell` puts into words."""
    calendars = Calendars(document.get("calendars") or {})
    for vector in document["vectors"]:
        name = vector.get("id") if isinstance(vector, Mapping) else None
        try:
            yield {"id": name, **_answer(vector, calendars)}
        except Fault as fault:
            yield _refused(name, fault, tell)
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            yield _refused(name, ExampleError("unread", text=f"{type(error).__name__}: {error}"), tell)


def _refused(name: Any, fault: Fault, tell: Callable[[Fault], str]) -> Json:
    return {"id": name, "error": {"field": fault.field, "code": fault.code, "reason": tell(fault)}}


def _answer(vector: Any, calendars: Calendars) -> Json:
    take(mapping(vector), "id", str)
    return KINDS[take(vector, "kind", one_of(KINDS))](vector, calendars)


def differences(vector: Json, answer: Json) -> Json:
    """`{key: {"expected", "computed"}}` for everything the vector states and the engine sees otherwise.

    A vector that cannot be replayed differs in nothing: its answer says what is wrong.
    """
    if "error" in answer:
        return {}
    wanted = dict(vector.get("expect") or {})
    wanted |= {key: vector[key] for key in STATED if key in vector and key in answer}
    return {
        key: {"expected": value, "computed": answer.get(key)}
        for key, value in wanted.items()
        if not same(value, answer.get(key))
    }


def same(wanted: Any, computed: Any) -> bool:
    """Equal as instants, as seconds (to the microsecond) or member by member."""
    if isinstance(wanted, list) and isinstance(computed, list):
        return len(wanted) == len(computed) and all(map(same, wanted, computed))
    if isinstance(wanted, Mapping) and isinstance(computed, Mapping):
        return wanted.keys() == computed.keys() and all(same(wanted[key], computed[key]) for key in wanted)
    if wanted == computed or isinstance(wanted, bool):
        return bool(wanted == computed)
    if isinstance(wanted, int | float) and isinstance(computed, int | float):
        return abs(wanted - computed) < 1e-6
    try:
        return instant(wanted) == instant(computed)
    except Fault:
        return False


def show(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def seconds(amount: timedelta) -> float:
    return amount / timedelta(seconds=1)


def _clock(vector: Json, calendar: Calendar) -> Clock:
    start: datetime = take(vector, "start", instant)
    target: timedelta = take(vector, "target_s", amount)
    return Clock(Kind.RES, 1, 0, target, calendar, 0, start)


def _pauses(vector: Json, start: datetime, stop: datetime | None) -> list[Span]:
    """Pauses as disjoint spans within the life of the clock; an open pause lasts for ever."""
    given = []
    for index, pause in enumerate(take(vector, "pauses", sequence, [])):
        with within(f"pauses[{index}]"):
            given.append(_pause(pause))
    spans = [(max(begin, start), end) for begin, end in given]
    return [span for span in merged(spans) if stop is None or span[0] < stop]


def _pause(value: Any) -> Span:
    if not isinstance(value, list) or len(value) != 2:
        raise ExampleError("pause")
    begin, end = instant(value[0]), FOREVER if value[1] is None else instant(value[1])
    if end < begin:
        raise ExampleError("backwards")
    return begin, end


def _arith(vector: Json, calendars: Calendars) -> Json:
    return _run(vector, take(vector, "calendar", calendars.named, C247))


def _run(vector: Json, calendar: Calendar) -> Json:
    """One clock with its pauses; `due` is where it stands as far as the pauses are known."""
    clock = _clock(vector, calendar)
    stop: datetime | None = take(vector, "stop", instant, None)
    clock.start(clock.started_at)
    for begin, end in _pauses(vector, clock.started_at, stop):
        clock.advance(begin)
        clock.pause(begin)
        if end < FOREVER:
            clock.start(end)
    # A paused clock waits for nothing, but an amount that is used up was used up at an instant.
    answer: Json = {"due": show(clock.instant(clock.target)), "verdict": None}
    if stop is None:
        return answer
    clock.advance(stop)
    clock.stop(stop)
    return answer | {"elapsed_s": seconds(clock.used), "verdict": str(clock.verdict)}


def _calendar_change(vector: Json, calendars: Calendars) -> Json:
    """Hours published while the clock runs. Several publications are a list `changes` of the same members."""
    calendar = take(vector, "calendar", calendars.named)
    listed = take(vector, "changes", sequence, None)
    changes = [vector] if listed is None else listed
    published: list[datetime] = []
    for index, change in enumerate(changes):
        with within(f"changes[{index}]" if listed is not None else ""):
            published.append(take(mapping(change), "published_at", instant))
    for at, change in sorted(zip(published, changes, strict=True), key=lambda pair: pair[0]):
        calendar = calendar.published(at, _changed(calendar.versions[-1][1], change))
    clock = _clock(vector, calendar)
    clock.start(clock.started_at)
    used = [seconds(clock.elapsed(at)) for at in published]
    return {**_run(vector, calendar), "used_s": used[0] if listed is None else used}


def _changed(hours: Hours, change: Json) -> Hours:
    """The next version: all of it (`to`), days off, or exceptions beside those there are."""
    if change.get("to") is not None:
        whole: Hours = take(change, "to", lambda spec: read_hours(spec, {}))
        return whole
    closed = take(change, "new_day_off", _days, [])
    opened = take(change, "new_exceptions", read_exceptions, {})
    exceptions = {**hours.exceptions, **dict.fromkeys(closed, ()), **opened}
    newer = Hours(hours.tz, hours.week, hours.holidays, exceptions, hours.always)
    check(newer)
    return newer


def _days(value: Any) -> list[Any]:
    return [day for text in (value if isinstance(value, list) else [value]) for day in parse_period(text)]


def _scenario(vector: Json, calendars: Calendars) -> Json:
    config = take(vector, "config", mapping, {})
    with within("config"):
        policy = ScriptPolicy(config, calendars)
    return Script(policy, config).run(take(vector, "events", sequence)).answer()


def _merge(vector: Json, calendars: Calendars) -> Json:
    config = {**take(vector, "config", mapping, {})}
    if vector.get("target_s") is not None:
        config["target"] = seconds(take(vector, "target_s", amount))
    with within("config"):
        policy = ScriptPolicy(config, calendars)
    return play_merges(vector, policy, config)


KINDS = {"arith": _arith, "calendar_change": _calendar_change, "scenario": _scenario, "merge": _merge}
