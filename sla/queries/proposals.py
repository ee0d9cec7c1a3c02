"""Proposed problem records, and the breaches behind each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Q, QuerySet

from common import clock
from sla.enums import Cause, ProposalState
from sla.models import Breach, BreachReview, ProblemProposal
from tickets.enums import TERMINAL

WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as the page shows it: how often the cause was found lately."""

    proposal: ProblemProposal
    times: int

    @property
    def cause(self) -> str:
        return str(Cause(self.proposal.cause).label)

    @property
    def is_open(self) -> bool:
        return self.proposal.state == ProposalState.OPEN


def breaches(service_id: int, cause: str) -> QuerySet[Breach]:
    """Breaches of a service within thirty days that an analysis has given this cause, newest first."""
    return Breach.objects.filter(
        ticket__service_id=service_id,
        review__cause=cause,
        breached_at__gte=clock.now() - WITHIN,
        retracted_at__isnull=True,
    ).select_related("ticket", "clock")


def shown() -> list[Proposal]:
    """What waits for a decision, then the problem records that are being worked on. Two queries."""
    rows = (
        ProblemProposal.objects.filter(
            Q(state=ProposalState.OPEN) | Q(state=ProposalState.ACCEPTED) & ~Q(ticket__state__in=TERMINAL)
        )
        .select_related("service__customer", "ticket", "decided_by")
        .order_by(F("decided_at").desc(nulls_first=True), "-proposed_at")
    )
    times = _times()
    return [Proposal(row, times.get((row.service_id, row.cause), 0)) for row in rows]


def _times() -> dict[tuple[int, str], int]:
    found = (
        BreachReview.objects.exclude(cause="")
        .filter(
            breach__breached_at__gte=clock.now() - WITHIN,
            breach__retracted_at__isnull=True,
            breach__ticket__service__isnull=False,
        )
        .values("breach__ticket__service", "cause")
        .annotate(times=Count("pk"))
        .values_list("breach__ticket__service", "cause", "times")
    )
    return {(service, cause): times for service, cause, times in found}
