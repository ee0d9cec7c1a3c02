import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.engine.survival import estimate

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
