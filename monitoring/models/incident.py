"""One incident: many problems with one cause, one ticket for the desk, and who is hit by it."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import Circuit, Equipment, Site
from monitoring.enums import LIVE, IncidentState
from tickets.models import Ticket


class IncidentQuerySet(models.QuerySet["Incident"]):
    def live(self) -> Self:
        """Open, or recovered and watched for a while."""
        return self.filter(state__in=LIVE)


class Incident(models.Model):
    """What failed, since when, and how far the desk is with it. Number, clocks and people are those of its ticket.

    `cause_key` names the node that failed; only one live incident may have it. An inferred cause has no alarm of its
    own: `evidence` tells what spoke for it. `failed` is the cut that was judged last (assets.impact.Cut as lists of
    ids), `assess_at` when it must be judged again whatever happens (a battery runs flat).
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="incident")
    state = models.CharField(_("state"), max_length=12, choices=IncidentState, default=IncidentState.OPEN)
    cause_key = models.CharField(max_length=64)
    cause_label = models.CharField(_("cause"), max_length=200)
    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, null=True, related_name="incidents", verbose_name=_("cause")
    )
    circuit = models.ForeignKey(
        Circuit, on_delete=models.PROTECT, null=True, related_name="incidents", verbose_name=_("circuit")
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("site")
    )
    is_inferred = models.BooleanField(_("cause inferred"), default=False)
    evidence = models.JSONField(default=list, blank=True)
    failed = models.JSONField(default=dict, blank=True)
    plant_stamp = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(_("began"))
    opened_at = models.DateTimeField(_("opened"))
    assessed_at = models.DateTimeField(null=True)
    assess_at = models.DateTimeField(null=True)
    recovered_at = models.DateTimeField(_("recovered"), null=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    report_ru = models.TextField(_("report in Russian"), blank=True)
    report_en = models.TextField(_("report in English"), blank=True)
    # Set while clients told of the outage are still to be sent the report.
    report_pending = models.BooleanField(default=False)
    recurrence_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="recurrences")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.UniqueConstraint(
                fields=["cause_key"], name="incident_one_live_per_cause", condition=Q(state__in=LIVE)
            ),
            models.CheckConstraint(
                name="incident_resolved_has_time",
                condition=Q(resolved_at__isnull=False) | ~Q(state=IncidentState.RESOLVED),
            ),
            models.CheckConstraint(
                name="incident_merged_names_survivor",
                condition=Q(merged_into__isnull=False, state=IncidentState.MERGED)
                | (Q(merged_into__isnull=True) & ~Q(state=IncidentState.MERGED)),
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], name="incident_live", condition=Q(state__in=LIVE)),
            models.Index(fields=["cause_key", "-resolved_at"], name="incident_by_cause"),
            models.Index(fields=["-opened_at"], name="incident_newest"),
            models.Index(fields=["id"], name="incident_owes_report", condition=Q(report_pending=True)),
        ]

    def __str__(self) -> str:
        return self.cause_label

    @property
    def is_live(self) -> bool:
        return self.state in LIVE
