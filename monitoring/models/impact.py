"""Whom and what an incident hits, as judged last, and how that changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from assets.models import Equipment, Service
from monitoring.enums import HitState
from monitoring.models.incident import Incident


class IncidentNode(models.Model):
    """A device that the incident explains: an alarm of it joins. Live as long as the incident is."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="nodes")
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=HitState)
    reason = models.CharField(_("reason"), max_length=8, blank=True)
    is_live = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "equipment"], name="incident_node_once")]
        indexes = [
            models.Index(fields=["equipment"], name="incident_node_live", condition=Q(is_live=True)),
        ]

    def __str__(self) -> str:
        return f"{self.equipment_id} {self.state}"


class IncidentService(models.Model):
    """A service of a client that the incident hits, or has hit: rows are never removed, only end as OK.

    `deadline_at` is when the battery that still carries it is flat. `is_observed`: its own alarm says so, whatever
    the registry predicts.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="services")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=HitState)
    worst = models.CharField(_("worst state"), max_length=8, choices=HitState)
    reason = models.CharField(_("reason"), max_length=8, blank=True)
    deadline_at = models.DateTimeField(_("battery flat at"), null=True)
    margin = models.SmallIntegerField(null=True)
    is_observed = models.BooleanField(default=False)
    is_live = models.BooleanField(default=True)
    since = models.DateTimeField(_("since"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "service"], name="incident_service_once")]
        indexes = [models.Index(fields=["service"], name="incident_service_live", condition=Q(is_live=True))]

    def __str__(self) -> str:
        return f"{self.service_id} {self.state}"


class IncidentClient(models.Model):
    """A client of an incident: the worst of its services is its headline.

    `told_state` and `told_deadline_at` are what the last notice said: a change is measured against them.
    `down_since` is the first moment it was DOWN, `held` why no notice may leave by itself (the registry says DOWN, yet
    its equipment answers), `told_at` when our first notice left, `wrote_at` when the client first wrote or called
    about it: the difference is «before they noticed».
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="clients")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="incidents")
    state = models.CharField(_("state"), max_length=8, choices=HitState)
    worst = models.CharField(_("worst state"), max_length=8, choices=HitState)
    since = models.DateTimeField(_("since"))
    down_since = models.DateTimeField(null=True)
    held = models.CharField(_("held back"), max_length=200, blank=True)
    released_by = models.CharField(max_length=200, blank=True)
    told_at = models.DateTimeField(_("told"), null=True)
    told_state = models.CharField(max_length=8, choices=HitState, blank=True)
    told_deadline_at = models.DateTimeField(null=True)
    wrote_at = models.DateTimeField(_("wrote first"), null=True)
    restored_at = models.DateTimeField(_("restored"), null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "customer"], name="incident_client_once")]

    def __str__(self) -> str:
        return f"{self.customer} {self.state}"


class IncidentChange(models.Model):
    """One judgement that changed something: version, why, and which services came, went or changed state.

    `kind` tells a judgement from the other entries of the timeline (opened, attached, re-rooted, excluded …).
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(_("at"))
    kind = models.CharField(max_length=16)
    actor = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField()
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["incident", "at", "id"], name="incident_timeline")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M:%S}"
