import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.engine.survival import curve, estimate

# Example G05 of the rules; False: still open.
HISTORY = [
    (5, True), (8, True), (8, True), (12, False), (15, True), (20, True), (25, False), (30, True), (40, True), (60, True),
]  # fmt: skip


def test_example_of_the_rules_is_at_risk():
    curve = estimate(HISTORY)
    assert curve.survival(15) == pytest.approx(0.5833, abs=1e-4)
    assert curve.survival(30) == pytest.approx(0.3111, abs=1e-4)
    assert curve.miss(15, 30) == pytest.approx(0.5333, abs=1e-4)
    assert curve.is_at_risk(15, 30)


def test_longer_target_is_missed_less_often():
    assert estimate(HISTORY).miss(15, 45) == pytest.approx(0.2667, abs=1e-4)


def test_ticket_past_its_target_is_lost():
    assert estimate(HISTORY).miss(31, 30) == 1.0


def test_no_history_claims_nothing_but_certainty_of_not_knowing():
    curve = estimate([])
    assert (curve.size, curve.survival(10), curve.median_remaining(0)) == (0, 1.0, None)


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.booleans()), max_size=60), st.floats(0, 1e6), st.floats(0, 1e6)
)
def test_survival_never_grows_and_risk_is_a_probability(history, one, other):
    curve, early, late = estimate(history), min(one, other), max(one, other)
    assert 0 <= curve.survival(late) <= curve.survival(early) <= 1
    assert 0 <= curve.miss(early, late) <= 1


def left(history):
    """The pairs as training reads them: durations ascending, how many were resolved and how many left."""
    times = sorted({time for time, _ in history})
    return [
        (time, sum(of == time and is_resolved for of, is_resolved in history), sum(of == time for of, _ in history))
        for time in times
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=120))
def test_streamed_curve_is_that_of_the_pairs(history):
    assert curve(left(history), len(history)) == estimate(history)


@given(
    st.lists(st.tuples(st.integers(1, 10_000), st.booleans()), min_size=30, max_size=300),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)
def test_thinned_curve_is_exact_where_it_steps_and_near_elsewhere(history, one, other):
    whole, thin = estimate(history), curve(left(history), len(history), limit=20)
    share = len(history) ** (-1 / 20)
    assert len(thin.times) <= 21
    assert [whole.survival(time) for time in thin.times] == list(thin.shares)
    early, late = min(one, other), max(one, other)
    exact, rough = whole.miss(early, late), thin.miss(early, late)
    assert exact * share - 1e-9 <= rough <= min(1.0, exact / share) + 1e-9


def test_a_small_group_keeps_every_step():
    assert curve(left(HISTORY), len(HISTORY), limit=20) == estimate(HISTORY)


def test_median_remaining_is_when_half_of_those_still_open_were_resolved():
    found = estimate(HISTORY)
    assert found.median_remaining(0) == 20  # S falls to 0.4667 there
    assert found.median_remaining(15) == 25  # half of 0.5833 is reached at 40
    assert found.median_remaining(40) == 20
    assert found.median_remaining(60) is None


def test_half_still_open_at_the_target_is_at_risk_and_less_is_not():
    four = estimate([(10, True), (20, True), (30, True), (40, True)])
    assert four.miss(0, 20) == 0.5
    assert four.is_at_risk(0, 20)
    assert not four.is_at_risk(0, 31)
