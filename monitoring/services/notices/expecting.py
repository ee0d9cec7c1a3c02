"""What a client will hear next, and when, if nothing changes: what `planning` will find due, said beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitoring.enums import HitState, NoticePhase
from monitoring.models import IncidentClient
from monitoring.services.notices.planning import confirmation, is_worse
from monitoring.services.notices.policies import may_be_told, told_by_itself


@dataclass(frozen=True, slots=True)
class Expected:
    """`at` is when it leaves by itself; None when it waits for a click."""

    phase: str
    at: datetime | None


def expected(row: IncidentClient) -> Expected | None:
    """The next notice to a client; None when it knows all there is to tell, or nothing may be told."""
    if row.told_at is None:
        return _first(row)
    if row.told_state == row.state:
        return None
    if row.state == HitState.OK:
        return Expected(NoticePhase.RESTORED, row.restored_at + confirmation() if row.restored_at else None)
    return Expected(NoticePhase.CHANGED, _certain(row) if is_worse(row) and not row.held else None)


def _first(row: IncidentClient) -> Expected | None:
    if row.state == HitState.OK or not may_be_told(row.state):
        return None
    by_itself = row.state in told_by_itself() and not row.held
    return Expected(NoticePhase.STARTED, _certain(row) if by_itself else None)


def _certain(row: IncidentClient) -> datetime:
    return (row.down_since or row.since) + confirmation()
