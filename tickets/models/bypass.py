"""«Обход регламента»: a rule was set aside to act fast, and why."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from holidays import country_holidays

from accounts.models import User
from tickets.enums import BypassVerdict
from tickets.models.ticket import Ticket

JUSTIFY_WITHIN = timedelta(hours=24)
JUDGE_WITHIN = 3
DAY, SATURDAY = timedelta(days=1), 5
HOLIDAYS = country_holidays("RU")


class BypassQuerySet(models.QuerySet["Bypass"]):
    def unjustified(self) -> Self:
        return self.filter(verdict="", justified_at__isnull=True)

    def unjudged(self) -> Self:
        return self.filter(verdict="", justified_at__isnull=False)


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
    justified_by = models.ForeignKey(
        User, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="+"
    )
    verdict = models.CharField(_("verdict"), max_length=16, choices=BypassVerdict, default="", blank=True)
    verdict_note = models.TextField(_("note"), blank=True)
    judged_by = models.ForeignKey(
        User, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="+"
    )
    judged_at = models.DateTimeField(null=True, blank=True)

    objects = BypassQuerySet.as_manager()

    class Meta:
        verbose_name = _("bypass")
        verbose_name_plural = _("bypasses")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(justified_at__isnull=True, justified_by__isnull=True)
                | models.Q(justified_at__isnull=False, justified_by__isnull=False),
                name="bypass_justified_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="", judged_at__isnull=True, judged_by__isnull=True)
                | (~models.Q(verdict="") & models.Q(judged_at__isnull=False, judged_by__isnull=False)),
                name="bypass_judged_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(judged_by__isnull=True) | ~models.Q(judged_by=models.F("user")),
                name="bypass_not_judged_by_its_author",
            ),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="bypass_recent"),
            models.Index(fields=["at", "id"], name="bypass_open", condition=models.Q(verdict="")),
        ]

    @property
    def judge_by(self) -> datetime | None:
        """Three working days of the centre (§1.7) after the justification; holidays are those of Russia, as in RUBH."""
        if self.justified_at is None:
            return None
        at, left = timezone.localtime(self.justified_at, timezone.get_default_timezone()), JUDGE_WITHIN
        while left:
            at += DAY
            left -= at.weekday() < SATURDAY and at.date() not in HOLIDAYS
        return at

    @property
    def due_at(self) -> datetime:
        """Until when it has to be justified; the clock BYP of `sla` fires by the same rule."""
        return self.at + JUSTIFY_WITHIN

    def __str__(self) -> str:
        return f"{self.transition}: {', '.join(self.guards)}"
