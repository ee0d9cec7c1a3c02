"""What was promised today and not kept."""

from __future__ import annotations

from django.db.models import QuerySet

from reports.enums import Period
from sla.models import Breach

SHOWN = 50


def today(period: Period) -> QuerySet[Breach]:
    """Records since midnight of the viewer, the newest first; records that a late event took back are left out."""
    return (
        Breach.objects.filter(breached_at__gte=period.today, retracted_at__isnull=True)
        .select_related("ticket", "ticket__customer", "assignee", "clock")
        .order_by("-breached_at", "-pk")[:SHOWN]
    )
