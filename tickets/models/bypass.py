"""«Обход регламента»: a rule was set aside to act fast, and why."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.models.ticket import Ticket


class Bypass(models.Model):
    """Which guards were set aside by which move, with the reason given at that moment (§1.7 of the rules)."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="bypasses")
    transition = models.CharField(max_length=24)
    guards = ArrayField(models.CharField(max_length=16))
    why = models.TextField(_("why"))
    risk = models.TextField(_("risk"), blank=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    justification = models.TextField(_("justification"), blank=True)
    justified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("bypass")
        verbose_name_plural = _("bypasses")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.transition}: {', '.join(self.guards)}"
