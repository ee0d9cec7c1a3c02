"""A service that a customer has from us."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Actor
from accounts.models import Customer
from assets.enums import ServiceKind
from assets.models.equipment import Equipment
from assets.models.network import Cluster
from assets.models.origin import Sourced, once_per_source


class ServiceQuerySet(models.QuerySet["Service"]):
    def active(self) -> "ServiceQuerySet":
        return self.filter(is_active=True)

    def visible_to(self, actor: Actor | None) -> "ServiceQuerySet":
        """Operators and machines see all services; a contact sees those of the own organisation, others nothing."""
        if actor is None:
            return self.none()
        if not actor.is_contact:
            return self
        return self.filter(customer_id=actor.customer_id) if actor.customer_id else self.none()

    def on_hosts(self, ids: list[int], names: list[str]) -> "ServiceQuerySet":
        """Services watched through one of the monitoring hosts, given by id or by technical name."""
        return self.filter(Q(monitored_host_id__in=ids) | Q(monitored_host__in=names))


class Service(Sourced):
    """One service of one customer. `name` is ours, `label` is what the customer reads."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="services", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=ServiceKind, default=ServiceKind.OTHER)
    name = models.CharField(_("name"), max_length=120)
    label = models.CharField(_("label shown to the customer"), max_length=120, blank=True)
    monitored_host = models.CharField(
        _("host in monitoring"), max_length=128, blank=True, help_text=_("Its technical name there.")
    )
    monitored_host_id = models.BigIntegerField(_("host id in monitoring"), null=True, blank=True)
    runs_on = models.ForeignKey(
        Equipment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
        verbose_name=_("runs on"),
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
        verbose_name=_("runs on the cluster"),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["customer__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "name"], name="service_name_once_per_customer"),
            once_per_source("service"),
            models.CheckConstraint(
                condition=Q(runs_on__isnull=True) | Q(cluster__isnull=True), name="service_runs_on_one_thing"
            ),
        ]
        indexes = [
            models.Index(fields=["monitored_host"], name="service_by_host", condition=~Q(monitored_host="")),
            models.Index(
                fields=["monitored_host_id"],
                name="service_by_host_id",
                condition=Q(monitored_host_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.name
