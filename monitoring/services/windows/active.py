"""What maintenance windows mean for alarms and incidents: none can be planned yet."""

from datetime import datetime

from assets.impact import Cut
from monitoring.models import Problem


def suppressing(*, problem: Problem, at: datetime) -> object | None:
    return None


def cuts(*, at: datetime) -> list[Cut]:
    return []


def due_problems(*, now: datetime) -> list[int]:
    return []
