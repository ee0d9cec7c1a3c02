"""Dates in commands: any offset, no impossible year."""

import pytest

from common.errors import Invalid
from tickets.services.commands import clean

ASK = {"reason": "info", "message": "Which one?"}


def test_any_offset_is_kept_as_the_same_moment() -> None:
    moment = clean("ask_customer", {**ASK, "resume_at": "2026-11-24T09:00:00-22:25"})["resume_at"]
    assert moment.isoformat() == "2026-11-25T07:25:00+00:00"


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "24.11.2026", "2026-02-30T00:00"]
)
def test_an_impossible_moment_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        clean("ask_customer", {**ASK, "resume_at": text})
