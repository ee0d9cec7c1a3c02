"""Stored clocks: a projection of the ticket's events, and the warnings they have fired."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from sla.enums import ClockKind, ClockVerdict
from sla.models.calendar import CalendarVersion
from sla.models.policy import PolicyVersion
from tickets.models import Ticket


class ClockQuerySet(models.QuerySet["Clock"]):
    def live(self) -> Self:
        return self.filter(stopped_at__isnull=True)

    def due(self, now: datetime | None = None) -> Self:
        """What must fire, oldest first. `Now()` is the database's and does not change within the statement."""
        return self.filter(next_at__lt=now or Now()).order_by("next_at")

    def judged(self, since: datetime, until: datetime) -> Self:
        """Clocks whose verdict fell into the period: met when stopped, missed when the deadline passed."""
        return self.filter(reported_at__gte=since, reported_at__lt=until)


class Clock(models.Model):
    """One clock of one ticket. `next_at` is the next warning or deadline to fire; null when nothing is ahead.

    `intervals` are [from, to or null, calendar key] in UTC, `ahead` the thresholds to come as [code, instant].
    `elapsed` is the working time of the finished intervals; `running_since` starts the open one.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="clocks", db_index=False)
    kind = models.CharField(_("clock"), max_length=5, choices=ClockKind)
    cycle = models.PositiveSmallIntegerField(_("cycle"), default=1)
    line = models.PositiveSmallIntegerField(_("line"), default=0)
    # Versions are never deleted; a checked key would lock one shared row in every insert of every worker.
    policy_version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    calendar_version = models.ForeignKey(
        CalendarVersion, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    target = models.DurationField(_("target"), null=True)
    elapsed = models.DurationField(_("elapsed"), default=timedelta(0))
    started_at = models.DateTimeField(_("started"))
    running_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    verdict = models.CharField(_("verdict"), max_length=9, choices=ClockVerdict, default=ClockVerdict.RUNNING)
    verdict_at = models.DateTimeField(null=True)
    # Where figures look: `verdict_at`, unless its month had been closed before the verdict was known (rule R8).
    reported_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(_("breached"), null=True)
    detected_at = models.DateTimeField(_("noticed"), null=True)
    is_hidden = models.BooleanField(default=False)
    # What an obligation is owed for: kind:cycle:line of the clock that broke, or the key of a bypass.
    about = models.CharField(max_length=24, blank=True, default="")
    intervals = models.JSONField(default=list)
    ahead = models.JSONField(default=list)
    fired = models.JSONField(default=list)
    next_at = models.DateTimeField(null=True)
    next_threshold = models.PositiveSmallIntegerField(null=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind", "cycle", "line"], name="sla_clock_unique"),
            models.CheckConstraint(
                condition=Q(verdict=ClockVerdict.MISSED, breached_at__isnull=False)
                | (~Q(verdict=ClockVerdict.MISSED) & Q(breached_at__isnull=True)),
                name="sla_clock_missed_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(next_at__isnull=True, next_threshold__isnull=True)
                | Q(next_at__isnull=False, next_threshold__isnull=False),
                name="sla_clock_next_complete",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(running_since__isnull=True),
                name="sla_clock_stopped_is_still",
            ),
            models.CheckConstraint(
                condition=Q(verdict_at__isnull=True, reported_at__isnull=True)
                | Q(verdict_at__isnull=False, reported_at__isnull=False),
                name="sla_clock_verdict_is_reported",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="sla_clock_next", condition=Q(next_at__isnull=False)),
            # Figures ask for one kind in one period; the few misses are looked up by ticket, whenever they were.
            models.Index(
                fields=["kind", "reported_at"],
                name="sla_clock_judged",
                condition=Q(reported_at__isnull=False),
            ),
            models.Index(
                fields=["ticket"],
                name="sla_clock_missed",
                condition=Q(verdict="missed", kind__in=("FR", "RES")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.cycle} {self.line or ''}".strip()

    @property
    def subject(self) -> str:
        """How an obligation that this clock has caused names it in `about`."""
        return f"{self.kind}:{self.cycle}:{self.line}"


class ClockFiring(models.Model):
    """A threshold that fired. Unique, so that it fires once whatever the number of sweeps.

    `overtaken` firings were found together with a later one and not announced on their own.
    """

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="firings", db_index=False)
    threshold = models.PositiveSmallIntegerField(_("threshold"))
    due_at = models.DateTimeField(_("due"))
    detected_at = models.DateTimeField(_("noticed"), db_default=Now())
    overtaken = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("clock warning")
        verbose_name_plural = _("clock warnings")
        constraints = [models.UniqueConstraint(fields=["clock", "threshold"], name="sla_firing_once")]

    def __str__(self) -> str:
        return f"{self.threshold} @ {self.due_at:%Y-%m-%d %H:%M:%S}"
