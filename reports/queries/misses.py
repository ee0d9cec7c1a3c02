"""What was promised and not kept, newest first."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from reports.enums import Period
from sla.models import Breach

RECENT = timedelta(hours=24)
SHOWN = 50


def recent(period: Period) -> QuerySet[Breach]:
    """Records of the last 24 hours of the period; those that a late event took back are left out."""
    return (
        Breach.objects.filter(breached_at__gte=period.until - RECENT, retracted_at__isnull=True)
        .select_related("ticket", "ticket__customer", "assignee", "clock")
        .order_by("-breached_at", "-pk")[:SHOWN]
    )
