"""Corrective actions as their owners find them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from common import clock
from sla.models import CorrectiveAction

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """An action and how it stands today."""

    action: CorrectiveAction
    today: date

    @property
    def is_overdue(self) -> bool:
        return self.action.is_undone and self.action.due_on < self.today

    @property
    def is_unverified(self) -> bool:
        """Its effect should have been looked at by now."""
        return not self.action.effect and self.action.verify_on < self.today


def listed(action: CorrectiveAction) -> Listed:
    return Listed(action, timezone.localdate(clock.now()))


def owed(owner: int | None = None) -> list[Listed]:
    """Actions without an effect yet, the earliest date first: those to be done, then those to be verified."""
    rows = CorrectiveAction.objects.filter(effect="").select_related("owner", "review__breach__ticket")
    if owner is not None:
        rows = rows.filter(owner_id=owner)
    found = [listed(action) for action in rows.order_by("due_on", "pk")[:LONGEST]]
    return sorted(found, key=lambda one: one.action.done_at is not None)
