"""From a severity to a category and a priority.

An emergency is never below P2, so warnings and less are current maintenance ("check, health report"): they wait in
the queue of line 1 with the slower clocks of that category instead of shouting beside a dead room.
"""

from typing import NamedTuple

from monitoring.enums import Severity
from tickets.enums import Impact, Priority, Urgency


class Classification(NamedTuple):
    """What a ticket opened for an alert gets; the priority is that of the matrix for impact and urgency."""

    category: str
    impact: Impact
    urgency: Urgency
    priority: Priority


EMERGENCY, CHECK = "EM.MON", "MR.DIAG"
_SERIOUS = Classification(EMERGENCY, Impact.SIGNIFICANT, Urgency.MEDIUM, Priority.P2)
_MINOR = Classification(CHECK, Impact.MINOR, Urgency.LOW, Priority.P4)
_BY_SEVERITY = {
    Severity.DISASTER: Classification(EMERGENCY, Impact.SIGNIFICANT, Urgency.HIGH, Priority.P1),
    Severity.HIGH: _SERIOUS,
    Severity.AVERAGE: _SERIOUS,
    Severity.WARNING: Classification(CHECK, Impact.MODERATE, Urgency.MEDIUM, Priority.P3),
    Severity.INFORMATION: _MINOR,
    Severity.NOT_CLASSIFIED: _MINOR,
}


def classify(severity: int) -> Classification:
    return _BY_SEVERITY[Severity(severity)]
