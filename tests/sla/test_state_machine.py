"""Random lives of a few tickets on the real services and the real database; every rule is looked at after every step.

A life is a list of numbers, each of which is a command that means something in any state (`lives.command`): so an
example shrinks by leaving commands out, and what is left still runs. Time stands still between commands. One life is
one transaction that is taken back. `LIVES=1000` looks for longer.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sla import lives
from tests.sla.walked_desk import Desk

LIVES = int(os.environ.get("LIVES", "10"))
number = st.integers(0, 2**40)


@pytest.mark.slow
@pytest.mark.django_db
@given(number.map(lives.opening), st.lists(number.map(lives.command), min_size=20, max_size=40))
@settings(max_examples=LIVES, deadline=None, suppress_health_check=[*HealthCheck])
def test_rules_hold_after_every_step_of_any_life(opening: lives.Opening, life: list[object]) -> None:
    with Desk(opening) as desk:
        for command in life:
            desk.do(command)
            desk.check(command)
