"""Links inside the house and circuits out of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assets.enums import CircuitRole, EquipmentStatus, LinkKind
from assets.models.equipment import Equipment
from assets.models.origin import Sourced, once_per_source


class Link(Sourced):
    """A connection between two devices. Only one row per pair and label, whichever end is named first."""

    a = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="+", verbose_name=_("from"))
    b = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))
    label = models.CharField(_("label"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=LinkKind, default=LinkKind.CABLE)
    status = models.CharField(
        _("status"), max_length=8, choices=EquipmentStatus, default=EquipmentStatus.ACTIVE
    )

    class Meta:
        verbose_name = _("network link")
        verbose_name_plural = _("network links")
        ordering = ["a__name", "b__name", "label"]
        constraints = [
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="link_lower_end_first"),
            models.UniqueConstraint(fields=["a", "b", "label"], name="link_once"),
            once_per_source("link"),
        ]

    def __str__(self) -> str:
        return f"{self.a} – {self.b}"


class Circuit(Sourced):
    """A line of a provider that ends on one of our devices; only an `is_egress` one leads to the world."""

    provider = models.CharField(_("provider"), max_length=120)
    cid = models.CharField(_("circuit id"), max_length=120)
    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, related_name="circuits", verbose_name=_("ends on")
    )
    role = models.CharField(_("role"), max_length=8, choices=CircuitRole, default=CircuitRole.PRIMARY)
    is_egress = models.BooleanField(_("leads to the world"), default=True)
    status = models.CharField(
        _("status"), max_length=8, choices=EquipmentStatus, default=EquipmentStatus.ACTIVE
    )
    monitored_host = models.CharField(_("host in monitoring"), max_length=128, blank=True)

    class Meta:
        verbose_name = _("circuit")
        verbose_name_plural = _("circuits")
        ordering = ["provider", "cid"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "cid"], name="circuit_once_per_provider"),
            once_per_source("circuit"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.cid}"


class Cluster(Sourced):
    """Devices that stand in for each other: it serves while `k` members do."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    k = models.PositiveSmallIntegerField(_("members that must live"), default=1)
    members = models.ManyToManyField(
        Equipment, related_name="clusters", blank=True, verbose_name=_("members")
    )

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(k__gte=1), name="cluster_needs_a_member"),
            once_per_source("cluster"),
        ]

    def __str__(self) -> str:
        return self.name
