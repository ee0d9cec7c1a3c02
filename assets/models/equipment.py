"""One piece of equipment, from the utility line to the server of a client."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from assets.enums import Confidence, EquipmentKind, EquipmentStatus
from assets.models.origin import Sourced, once_per_source
from assets.models.place import Rack, Site


class EquipmentQuerySet(models.QuerySet["Equipment"]):
    def working(self) -> Self:
        """What takes part in power and network today."""
        return self.filter(status=EquipmentStatus.ACTIVE)


class Equipment(Sourced):
    """`owner` is the client it belongs to, empty for our own.

    `monitored_host_ids` are its hosts in monitoring, `runtime_minutes` how long a UPS lasts, `power_k` how many of
    its power inputs must live.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=EquipmentKind)
    status = models.CharField(
        _("status"), max_length=8, choices=EquipmentStatus, default=EquipmentStatus.ACTIVE
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="equipment", verbose_name=_("site"))
    rack = models.ForeignKey(
        Rack,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="equipment",
        verbose_name=_("rack"),
    )
    position = models.PositiveSmallIntegerField(_("lowest unit"), null=True, blank=True)
    height = models.PositiveSmallIntegerField(_("units"), default=1)
    owner = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="equipment",
        verbose_name=_("owner"),
        help_text=_("Empty: it is ours."),
    )
    power_k = models.PositiveSmallIntegerField(_("power inputs that must live"), default=1)
    runtime_minutes = models.PositiveSmallIntegerField(_("minutes on battery"), null=True, blank=True)
    is_monitored = models.BooleanField(_("monitored"), default=True)
    monitored_host = models.CharField(_("host in monitoring"), max_length=128, blank=True)
    monitored_host_ids = ArrayField(
        models.BigIntegerField(), verbose_name=_("host ids in monitoring"), default=list, blank=True
    )
    confidence = models.CharField(_("confidence"), max_length=8, choices=Confidence, default=Confidence.KNOWN)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EquipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("equipment")
        verbose_name_plural = _("equipment")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(runtime_minutes__isnull=True) | Q(kind=EquipmentKind.UPS),
                name="equipment_only_a_ups_has_a_battery",
            ),
            models.CheckConstraint(
                condition=Q(position__isnull=True) | Q(rack__isnull=False, position__gte=1),
                name="equipment_position_is_in_a_rack",
            ),
            models.CheckConstraint(condition=Q(power_k__gte=1), name="equipment_needs_an_input"),
            models.CheckConstraint(condition=Q(height__gte=1), name="equipment_has_a_height"),
            once_per_source("equipment"),
        ]
        indexes = [
            models.Index(fields=["rack", "position"], name="equipment_in_rack"),
            models.Index(fields=["site", "kind", "name"], name="equipment_of_site"),
            GinIndex(fields=["monitored_host_ids"], name="equipment_by_host_id"),
            models.Index(
                fields=["monitored_host"], name="equipment_by_host", condition=~Q(monitored_host="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PowerInput(Sourced):
    """One power supply of a device and what feeds it; nobody knows what feeds an input without a provider.

    A trigger refuses a provider that is fed by the device itself: power cannot run in a circle.
    """

    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, related_name="power_inputs", verbose_name=_("equipment")
    )
    name = models.CharField(_("input"), max_length=40, help_text=_("For example PSU1"))
    provider = models.ForeignKey(
        Equipment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="feeds",
        verbose_name=_("fed by"),
        help_text=_("Empty: nobody knows."),
    )
    leg = models.CharField(_("leg"), max_length=8, blank=True)

    class Meta:
        verbose_name = _("power input")
        verbose_name_plural = _("power inputs")
        ordering = ["equipment__name", "name"]
        constraints = [
            once_per_source("power_input"),
            models.UniqueConstraint(fields=["equipment", "name"], name="power_input_once"),
            models.CheckConstraint(
                condition=Q(provider__isnull=True) | ~Q(provider=models.F("equipment")),
                name="power_input_not_fed_by_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.equipment} {self.name}"
