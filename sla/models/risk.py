"""How long tickets of a kind have lasted, and how much work they are to a line: trained every night."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RiskCurve(models.Model):
    """A Kaplan–Meier curve of active resolution time (domain §2.7).

    `category` is a type (EM), a code (EM.VM) or empty for all; `line` 0 is every line. `times` are seconds,
    `shares[i]` is S after `times[i]`. Training replaces all rows in one transaction.
    """

    category = models.CharField(_("category"), max_length=16, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"))
    line = models.PositiveSmallIntegerField(_("line"), default=0)
    size = models.PositiveIntegerField(_("tickets behind it"))
    times = models.JSONField(default=list)
    shares = models.JSONField(default=list)
    trained_at = models.DateTimeField(_("trained"))

    class Meta:
        verbose_name = _("risk curve")
        verbose_name_plural = _("risk curves")
        ordering = ["category", "priority", "line"]
        constraints = [
            models.UniqueConstraint(fields=["category", "priority", "line"], name="sla_risk_curve_unique")
        ]

    def __str__(self) -> str:
        return f"{self.category or '*'} P{self.priority} L{self.line or '*'}"


class LineLoad(models.Model):
    """The mean working time (OLA_W) that a line puts into one ticket: what a place in its queue costs.

    Replaced together with the curves. A line without history has no row, and waiting in its queue adds nothing.
    """

    line = models.PositiveSmallIntegerField(_("line"), unique=True)
    seconds = models.FloatField(_("seconds of work per ticket"))
    size = models.PositiveIntegerField(_("tickets behind it"))
    trained_at = models.DateTimeField(_("trained"))

    class Meta:
        verbose_name = _("load of a line")
        verbose_name_plural = _("loads of lines")
        ordering = ["line"]

    def __str__(self) -> str:
        return f"L{self.line} {self.seconds:.0f} s"
