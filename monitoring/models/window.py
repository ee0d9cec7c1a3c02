"""Planned works: what is taken out of service when, what that breaks, and who has been told."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, Customer
from assets.models import Circuit, Equipment, Service
from messaging.models import OutboundMessage
from monitoring.enums import HitState, WindowMode, WorksPhase
from tickets.models import Ticket


class WindowQuerySet(models.QuerySet["MaintenanceWindow"]):
    def active(self, at: datetime) -> Self:
        return self.filter(cancelled_at__isnull=True, starts_at__lte=at, ends_at__gt=at)


class MaintenanceWindow(models.Model):
    """`devices` and `circuits` are worked on. What hangs on them was worked out when the window was planned.

    `ticket` collects its alarms in mode COLLECT. `announce_at` is when clients are told; empty once they are, or if
    nobody is to be.
    """

    title = models.CharField(_("title"), max_length=200)
    reason = models.TextField(_("what is done"), blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    mode = models.CharField(_("alarms"), max_length=8, choices=WindowMode, default=WindowMode.QUIET)
    devices = models.ManyToManyField(Equipment, related_name="windows", blank=True, verbose_name=_("devices"))
    circuits = models.ManyToManyField(Circuit, related_name="windows", blank=True, verbose_name=_("circuits"))
    planned_by = models.CharField(_("planned by"), max_length=200)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    announce_at = models.DateTimeField(_("clients are told"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WindowQuerySet.as_manager()

    class Meta:
        verbose_name = _("maintenance window")
        verbose_name_plural = _("maintenance windows")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="window_ends_after_it_starts"
            )
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="window_by_end", condition=Q(cancelled_at__isnull=True)),
            models.Index(
                fields=["announce_at"], name="window_to_announce", condition=Q(announce_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class WindowAsset(models.Model):
    """A device that the works touch: worked on, or hanging on what is. Its alarms are expected."""

    window = models.ForeignKey(MaintenanceWindow, on_delete=models.CASCADE, related_name="assets")
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["equipment", "window"], name="window_asset_once")]

    def __str__(self) -> str:
        return f"{self.window_id} {self.equipment_id}"


class WindowService(models.Model):
    """A service that the works hit, and how."""

    window = models.ForeignKey(MaintenanceWindow, on_delete=models.CASCADE, related_name="services")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=HitState)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "window"], name="window_service_once")]

    def __str__(self) -> str:
        return f"{self.service_id} {self.state}"


class WorksNotice(models.Model):
    """What a contact was told of planned works, once for each phase."""

    window = models.ForeignKey(MaintenanceWindow, on_delete=models.PROTECT, related_name="notices")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="works_notices")
    phase = models.CharField(_("phase"), max_length=9, choices=WorksPhase)
    number = models.PositiveSmallIntegerField(default=1)
    message = models.OneToOneField(OutboundMessage, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("queued"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["window", "contact", "phase", "number"], name="works_notice_once_per_phase"
            )
        ]

    def __str__(self) -> str:
        return f"{self.phase} {self.contact_id}"
