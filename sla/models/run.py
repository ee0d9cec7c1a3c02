"""Long work on policies that survives a killed worker: each row says how far it has come."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.enums import ApplyMode, RunState
from sla.models.policy import PolicyVersion


class PolicyRun(models.Model):
    """A walk over tickets in order of key, a chunk per transaction; `last_id` is the last ticket done."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    state = models.CharField(_("state"), max_length=8, choices=RunState, default=RunState.WAITING)
    last_id = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(_("tickets looked at"), default=0)
    total = models.PositiveIntegerField(_("tickets"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True)
    error = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.state in (RunState.WAITING, RunState.RUNNING)

    @property
    def percent(self) -> int:
        return 100 if self.state == RunState.DONE else min(99, 100 * self.done // max(1, self.total))


class WhatIf(PolicyRun):
    """A draft over the tickets of a past period: what would have been kept? Reads only, changes no ticket.

    `result` adds up by key: {"clocks": {kind: {"before": [met, missed], "after": […]}}, "tickets": {…},
    "categories": {code: {…}}, "flips": [[number, kind, "met→missed"], …]}.
    """

    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("to"))
    result = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("what-if run")
        verbose_name_plural = _("what-if runs")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state"], name="sla_whatif_open", condition=~Q(state="done"))]

    @property
    def last_day(self) -> datetime:
        """`until` is the midnight after it."""
        return self.until - timedelta(seconds=1)

    def __str__(self) -> str:
        return f"{self.version_id} {self.since:%Y-%m-%d}–{self.until:%Y-%m-%d}"


class PolicyApplication(PolicyRun):
    """«Apply to open tickets»: an explicit act with a reason, one event on every ticket whose promises changed."""

    mode = models.CharField(_("how"), max_length=12, choices=ApplyMode, default=ApplyMode.FROM_CHANGE)
    why = models.TextField(_("why"))
    changed = models.PositiveIntegerField(_("tickets changed"), default=0)

    class Meta:
        verbose_name = _("application to open tickets")
        verbose_name_plural = _("applications to open tickets")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state"], name="sla_apply_open", condition=~Q(state="done"))]

    def __str__(self) -> str:
        return f"{self.version_id} {self.asked_at:%Y-%m-%d %H:%M}"
