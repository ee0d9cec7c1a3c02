"""Rules R1–R8 of domain §2.6 and the desk's own obligations, over random logs on the pure engine."""

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.engine.clock import Clock
from sla.engine.events import Event, Type
from sla.engine.fold import fold
from sla.engine.terms import OBLIGATIONS, Facts, Kind, Target, Terms, Verdict
from tests.sla.scenes import Promises, minutes
from tests.sla.test_invariants import lives

REASONS = ("impact_grew", "impact_fell", "misclassified", "customer_identified")
DAY = timedelta(days=1)
many = settings(max_examples=150, deadline=None)


class Owing(Promises):
    """The same promises, and what the desk owes itself."""

    def match(self, facts: Facts, at):
        terms = super().match(facts, at)
        return Terms(1, {**terms.targets, **{(kind, 0): Target(DAY) for kind in OBLIGATIONS}})


@st.composite
def rich_lives(draw):
    """A life with reclassifications and obligations between its moves; every instant is another one."""
    log = draw(lives())
    extra: list[Event] = []
    for index in range(draw(st.integers(0, 6))):
        at = log[0].at + timedelta(microseconds=draw(st.integers(1, 30 * 3600 * 10**6)), minutes=index)
        kind = draw(st.sampled_from(["class", "class", "bypass", "justify", "breach", "review"]))
        subject = {"clock": "RES", "cycle": 1, "clock_line": 0}
        extra.append(
            {
                "class": Event(
                    at, Type.RECLASSIFIED, None, None, draw(st.integers(1, 4)), "EM.VM",
                    {"reason": draw(st.sampled_from(REASONS))},
                ),
                "bypass": Event(at, Type.BYPASSED, data={"bypass_id": index, "guards": ["G-KB"]}),
                "justify": Event(at, Type.JUSTIFIED, data={"bypass_id": draw(st.integers(0, 6))}),
                "breach": Event(at, Type.ESCALATED, data={**subject, "is_breach": True}),
                "review": Event(at, Type.REVIEWED, data=subject),
            }[kind]
        )  # fmt: skip
    seen: set = set()
    return [
        event for event in sorted([*log, *extra], key=lambda event: event.at)
        if event.type in (Type.CREATED, Type.MESSAGE) or not (event.at in seen or seen.add(event.at))
    ]  # fmt: skip


def by_key(log, length=None) -> dict[tuple[Kind, int, int], Clock]:
    clocks = fold(log[:length], Owing()).clocks
    return {(clock.kind, clock.cycle, clock.line): clock for clock in clocks}


def steps(log):
    """(event, clocks before it judged at its instant, clocks after it) for every event but the first."""
    for length in range(1, len(log)):
        before = fold(log[:length], Owing(), as_of=log[length].at).clocks
        yield log[length], {(c.kind, c.cycle, c.line): c for c in before}, by_key(log, length + 1)


@given(rich_lives())
@many
def test_impact_that_grew_never_gives_more_time_nor_a_breach_in_the_past(log):
    """R1: `due' = min(due_old, changed_at ⊕ target_new)`."""
    for event, before, after in steps(log):
        if event.type is not Type.RECLASSIFIED or event.data["reason"] != "impact_grew":
            continue
        for key, clock in before.items():
            now = after[key]
            assert (now.verdict is Verdict.MISSED) == (clock.verdict is Verdict.MISSED)
            if clock.is_running and clock.due_at is not None and clock.verdict is Verdict.RUNNING:
                assert now.due_at is not None
                assert min(event.at, clock.due_at) <= now.due_at <= clock.due_at


@given(rich_lives())
@many
def test_miss_is_never_undone_and_keeps_its_target(log):
    """R3."""
    for event, before, after in steps(log):
        if event.type is Type.RECLASSIFIED:
            for key, clock in before.items():
                if clock.verdict is Verdict.MISSED and clock.kind not in OBLIGATIONS:
                    assert (after[key].verdict, after[key].target, after[key].breached_at) == (
                        Verdict.MISSED, clock.target, clock.breached_at,
                    )  # fmt: skip


@given(rich_lives())
@many
def test_retroactive_target_measures_from_the_start_with_every_pause_kept(log):
    """R2: what has elapsed is the same under the old and the new target, around the clock."""
    for event, before, after in steps(log):
        if event.type is Type.RECLASSIFIED and event.data["reason"] != "impact_grew":
            for key, clock in before.items():
                assert after[key].elapsed(event.at) == clock.elapsed(event.at)


@given(rich_lives())
@many
def test_first_response_is_ninety_seconds_for_all_whatever_changes(log):
    """R4."""
    assert {clock.target for clock in by_key(log).values() if clock.kind is Kind.FR} == {
        timedelta(seconds=90)
    }


@given(rich_lives(), st.randoms(use_true_random=False))
@many
def test_order_of_arrival_does_not_matter(log, dice: random.Random):
    """R8: late events are replayed in the order in which they happened."""
    first, *rest = log
    same = [event for event in rest if event.at == first.at]
    later = [event for event in rest if event.at != first.at]
    dice.shuffle(later)
    assert fold([*later, first, *same], Owing()).clocks == fold(log, Owing()).clocks


@given(rich_lives())
@many
def test_obligation_ends_only_with_what_was_owed(log):
    """Neither a pause nor the end of the ticket stops it; a review that nothing needs any more is void."""
    clocks = by_key(log)
    paid = {event.data.get("bypass_id") for event in log if event.type is Type.JUSTIFIED}
    bypasses = [event for event in log if event.type is Type.BYPASSED]
    owed = [clock for clock in clocks.values() if clock.kind is Kind.BYP]
    assert [clock.started_at for clock in owed] == [event.at for event in bypasses]
    for clock, event in zip(owed, bypasses, strict=True):
        assert len(clock.runs) == 1
        assert clock.is_live or event.data["bypass_id"] in paid
        assert clock.due_at == event.at + DAY or clock.stopped_at is not None
    reviews = [clock for clock in clocks.values() if clock.kind is Kind.BR]
    missed = clocks[Kind.RES, 1, 0].verdict is Verdict.MISSED
    told = any(event.type is Type.ESCALATED for event in log)
    assert len(reviews) == told
    assert all((clock.verdict is Verdict.CANCELLED) != missed for clock in reviews)


@given(rich_lives())
@many
def test_cancelled_resolution_is_not_counted_and_a_miss_before_it_stays(log):
    """R9."""
    end = replace(
        log[-1], at=log[-1].at + minutes(1), type=Type.MOVED, state="cancelled", data={"transition": "cancel"}
    )
    before = {(c.kind, c.cycle, c.line): c for c in fold(log, Owing(), as_of=end.at).clocks}
    for key, clock in by_key([*log, end]).items():
        if clock.kind is Kind.RES and before[key].is_live:
            expected = Verdict.MISSED if before[key].verdict is Verdict.MISSED else Verdict.CANCELLED
            assert clock.verdict is expected
