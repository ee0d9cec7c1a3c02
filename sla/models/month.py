"""Months that have been closed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class MonthClosing(models.Model):
    """`month` is its first day. Closed once and for ever, when every breach of it had been reviewed.

    The figures are those of the closing: whatever becomes known later is reported in the month it becomes known.
    """

    month = models.DateField(_("month"), unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("closed"))
    judged = models.PositiveIntegerField(_("tickets judged"), null=True)
    missed = models.PositiveIntegerField(_("missed"), null=True)
    excused = models.PositiveIntegerField(_("excused"), null=True)

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        constraints = [
            models.CheckConstraint(condition=models.Q(month__day=1), name="sla_month_is_a_first_day")
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
