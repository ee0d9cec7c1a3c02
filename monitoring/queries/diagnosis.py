"""What the panel of diagnoses and the page of expiries show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Least

from assets.models import Endpoint
from common import clock
from monitoring.enums import RunState
from monitoring.models import DiagnosticRun

SHOWN, LISTED = 3, 200
FAR = 90


def runs_of(ticket_id: int) -> list[DiagnosticRun]:
    """The newest runs of a ticket."""
    rows = DiagnosticRun.objects.filter(ticket=ticket_id).select_related("endpoint")
    return list(rows.order_by("-created_at", "-pk")[:SHOWN])


def is_waiting(runs: list[DiagnosticRun]) -> bool:
    return any(run.state != RunState.DONE for run in runs)


def bars(result: dict[str, Any]) -> list[dict[str, str]]:
    """Phases one after the other on an axis of a hundred."""
    total = sum(ms for _name, ms in result["phases"]) or 1
    drawn, x = [], 0.0
    for name, ms in result["phases"]:
        width = 100 * ms / total
        drawn.append({"name": name, "ms": f"{ms:g}", "x": f"{x:.2f}", "width": f"{max(width, 0.5):.2f}"})
        x += width
    return drawn


@dataclass(frozen=True, slots=True)
class Expiring:
    """A name and what of it lapses when; `percent` of the last quarter of a year that is left, for the bar."""

    endpoint: Endpoint
    kind: str
    until: datetime
    days: int
    percent: str
    tone: str


def expiries() -> list[Expiring]:
    """What lapses next, the nearest first."""
    rows = Endpoint.objects.filter(is_watched=True).filter(
        Q(domain_expires_at__isnull=False) | Q(certificate_expires_at__isnull=False)
    )
    first = Least("domain_expires_at", "certificate_expires_at")
    found = rows.select_related("service__customer").annotate(first=first).order_by(F("first").asc())[:LISTED]
    listed = [
        _expiring(one, kind, until)
        for one in found
        for kind, until in (("domain", one.domain_expires_at), ("certificate", one.certificate_expires_at))
        if until is not None
    ]
    return sorted(listed, key=lambda one: one.until)


def _expiring(endpoint: Endpoint, kind: str, until: datetime) -> Expiring:
    days = (until - clock.now()).days
    tone = "bad" if days < 7 else "warn" if days < 30 else "good"
    return Expiring(endpoint, kind, until, days, f"{100 * min(max(days, 0), FAR) / FAR:.1f}", tone)


def unseen() -> list[Endpoint]:
    """Watched names of which something could not be found out."""
    rows = Endpoint.objects.filter(is_watched=True, checked_at__isnull=False).filter(
        ~Q(trouble="") | Q(domain_expires_at__isnull=True)
    )
    return list(rows.select_related("service__customer").order_by("name")[:LISTED])
