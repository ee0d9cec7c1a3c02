"""Triggers that come and go: not recognised yet."""

from datetime import datetime


def is_flapping(problem_ids: list[int], at: datetime) -> bool:
    return False
