"""What a problem is about, in the registry's terms."""

from monitoring.correlation.effects import effect_of
from monitoring.models import Problem
from monitoring.services.claiming import Claim


def place(*, problem: Problem, claimed: Claim) -> None:
    """Name the thing and what the problem says of it. Fields only, no query.

    A problem keeps the thing it was about when it came in, whatever the registry says later.
    """
    if problem.equipment_id is None and problem.circuit_id is None and problem.service_id is None:
        problem.equipment_id = claimed.equipment_id
        problem.circuit_id = claimed.circuit_id
        if len(claimed.service_ids) == 1:
            (problem.service_id,) = claimed.service_ids
    problem.effect = effect_of(
        tags=problem.tags,
        name=problem.name,
        severity=problem.worst_severity,
        kind=claimed.equipment_kind,
    )
