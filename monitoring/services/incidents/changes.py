"""The timeline of an incident: what happened to it, when, and by whom."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from common import live
from common.errors import Invalid
from monitoring.models import Incident, IncidentChange

OPENED, JUDGED, ATTACHED, EXCLUDED = "opened", "judged", "attached", "excluded"
REROOTED, MERGED, RECOMPUTED, TOLD = "rerooted", "merged", "recomputed", "told"
RECOVERED, RELAPSED, RESOLVED, REOPENED, STRAGGLERS = (
    "recovered", "relapsed", "resolved", "reopened", "stragglers",
)  # fmt: skip

WHY_MIN = 10


def said_why(reason: str) -> str:
    """The reason that a person gives, without the spaces around it. Raises `Invalid` for one that says nothing."""
    reason = reason.strip()
    if len(reason) < WHY_MIN:
        raise Invalid(_("Say why in 10 characters or more."), field="reason")
    return reason


def note(incident: Incident, kind: str, *, at: datetime, actor: str = "", **data: Any) -> None:
    """Add one entry. `data` must be JSON; `actor` is the name of a person, empty for the desk itself."""
    bell = {"id": incident.ticket_id, "number": incident.ticket.number, "event": "incident"}
    live.publish(f"ticket:{incident.ticket_id}", "ticket-changed", **bell)
    IncidentChange.objects.create(
        incident=incident, at=at, kind=kind, actor=actor, version=incident.version, data=data
    )
