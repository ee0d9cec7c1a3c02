"""What was promised to a customer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Tier
from accounts.models.customer import Customer


class Contract(models.Model):
    """Tier and flags of the agreement; a customer without one is served by the Basic tier."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("customer")
    )
    number = models.CharField(_("number"), max_length=64, unique=True)
    tier = models.CharField(_("tier"), max_length=16, choices=Tier, default=Tier.BUSINESS)
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    pause_on_vendor = models.BooleanField(
        _("waiting for a vendor pauses the resolution clock"), default=False
    )
    p1_pause = models.BooleanField(_("critical tickets may pause"), default=False)
    strict_reopen = models.BooleanField(_("time spent resolved counts after a reopen"), default=False)
    bot_counts = models.BooleanField(_("an automatic answer is a first response"), default=False)
    notify_on_monitoring = models.BooleanField(_("tell the customer about alerts"), default=True)

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="contract_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.number
