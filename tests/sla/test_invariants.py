"""Invariants of domain §1.10 over random lives of a ticket, on the pure engine."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.engine.calendars import ZERO
from sla.engine.events import Event, Type
from sla.engine.fold import fold
from sla.engine.states import TERMINAL
from sla.engine.terms import Kind, Verdict
from sla.engine.thresholds import ahead
from tests.sla.scenes import Promises, at

NEXT = {
    "new": ["triage", "spam", "resolved", "cancelled"],
    "triage": ["in_progress", "queued", "pending_customer", "resolved", "cancelled"],
    "queued": ["in_progress", "resolved", "cancelled"],
    "in_progress": ["queued", "in_progress", "pending_customer", "pending_vendor", "pending_window", "resolved", "merged"],
    "pending_customer": ["in_progress", "queued", "resolved"],
    "pending_vendor": ["in_progress", "queued"],
    "pending_window": ["in_progress", "queued"],
    "resolved": ["closed", "in_progress", "queued"],
    "closed": ["in_progress"],
    "spam": ["new"],
    "cancelled": [],
    "merged": [],
}  # fmt: skip
START = at("10:00")
PAUSING = {"pending_customer", "pending_window", "pending_vendor", "spam"}


@st.composite
def lives(draw, vendor: bool = True):
    """A log that begins with a first response, so that no guard refuses a pause."""
    state, now, line = "new", START, 1
    first = Event(now, Type.CREATED, "new", 1, 2, "EM.VM", {"channel": "mail", "customer_id": 1})
    log = [first, Event(now, Type.MESSAGE, data={"kind": "reply", "public": True, "human": True})]
    for _ in range(draw(st.integers(0, 12))):
        now += timedelta(microseconds=draw(st.integers(1, 3 * 3600 * 10**6)))
        choices = [name for name in NEXT[state] if vendor or name != "pending_vendor"]
        if not choices or draw(st.booleans()):
            kind = draw(st.sampled_from(["reply", "customer", "note"]))
            log.append(Event(now, Type.MESSAGE, data={"kind": kind, "public": kind != "note", "human": True}))
            continue
        state = draw(st.sampled_from(choices))
        line = draw(st.integers(1, 3)) if state == "queued" else line
        log.append(Event(now, Type.MOVED, state, line, data={"transition": "move"}))
    return log


def spent(clocks, kinds, now) -> timedelta:
    return sum((clock.elapsed(now) for clock in clocks if clock.kind in kinds), ZERO)


def wall(log, states) -> timedelta:
    """Wall time the ticket spent in the states, up to the last event."""
    total, state, since = ZERO, "new", log[0].at
    for event in log[1:]:
        if state in states:
            total += event.at - since
        state, since = event.state or state, event.at
    return total


@given(lives(vendor=False))
@settings(max_examples=200, deadline=None)
def test_line_time_equals_resolution_time_around_the_clock(log):
    """I3, spam aside: there the resolution runs on unseen while no line has the ticket."""
    now, clocks = log[-1].at, fold(log, Promises()).clocks
    assert spent(clocks, {Kind.OLA_A, Kind.OLA_W}, now) + wall(log, {"spam"}) == spent(
        clocks, {Kind.RES}, now
    )


@given(lives())
@settings(max_examples=200, deadline=None)
def test_line_time_and_pauses_make_up_the_whole_open_time(log):
    """I2: every instant between creation and resolution is a line's or a pause."""
    now, clocks = log[-1].at, fold(log, Promises()).clocks
    open_time = wall(log, set(NEXT) - {"resolved", *TERMINAL})
    assert spent(clocks, {Kind.OLA_A, Kind.OLA_W}, now) + wall(log, PAUSING) == open_time


@given(lives())
@settings(max_examples=200, deadline=None)
def test_nothing_runs_or_waits_to_fire_in_a_terminal_state(log):
    """I4."""
    folded = fold(log, Promises())
    if folded.state in TERMINAL:
        assert [clock.kind for clock in folded.clocks if clock.is_running] == []


@given(lives(), st.integers(0, 10**7))
@settings(max_examples=200, deadline=None)
def test_verdicts_agree_with_elapsed_and_target(log, later):
    folded = fold(log, Promises(), as_of=log[-1].at + timedelta(seconds=later))
    for clock in folded.clocks:
        used = clock.elapsed(log[-1].at + timedelta(seconds=later))
        if clock.verdict is Verdict.MET:
            assert clock.target is not None
            assert used <= clock.target
        if clock.verdict is Verdict.MISSED:
            assert clock.target is not None
            assert used > clock.target
        if clock.verdict is Verdict.RUNNING and clock.target is not None:
            assert used <= clock.target


@given(lives())
@settings(max_examples=200, deadline=None)
def test_at_most_one_line_clock_runs(log):
    """I1 as the clocks see it."""
    running = [clock for clock in fold(log, Promises()).clocks if clock.is_running]
    assert sum(clock.kind in {Kind.OLA_A, Kind.OLA_W} for clock in running) <= 1


@given(lives())
@settings(max_examples=200, deadline=None)
def test_misses_only_grow_as_the_log_grows(log):
    """I6: what was missed after fewer events is missed after more of them, at the same instant."""
    before = {}
    for length in range(1, len(log) + 1):
        clocks = fold(log[:length], Promises()).clocks
        missed = {(c.kind, c.cycle, c.line): c.breached_at for c in clocks if c.verdict is Verdict.MISSED}
        assert before.items() <= missed.items()
        before = missed


@given(lives())
@settings(max_examples=200, deadline=None)
def test_what_is_ahead_is_in_order_and_ends_with_the_deadline(log):
    for clock in fold(log, Promises()).clocks:
        due = ahead(clock)
        assert [moment for _, moment in due] == sorted(moment for _, moment in due)
        if due:
            assert due[-1][1] == clock.due_at
