"""A broken promise, recorded at its deadline and never removed."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from sla.enums import ClockKind, ClockVerdict
from sla.models.clock import Clock
from tickets.models import Ticket


class BreachQuerySet(models.QuerySet["Breach"]):
    def standing(self) -> Self:
        """Without those that a late event has disproved."""
        return self.filter(retracted_at__isnull=True)

    def with_deadline(self, now: datetime) -> Self:
        """Adds what the clock of the review says: `review_due` and whether the review `is_late`."""
        owed = Clock.objects.filter(
            ticket_id=OuterRef("ticket_id"), kind=ClockKind.BR, about=OuterRef("subject")
        )
        return self.annotate(
            subject=Concat(
                "clock__kind",
                Value(":"),
                Cast("clock__cycle", models.CharField()),
                Value(":"),
                Cast("clock__line", models.CharField()),
            ),
            review_due=Subquery(owed.exclude(verdict=ClockVerdict.CANCELLED).values("due_at")[:1]),
            is_late=Exists(owed.filter(stopped_at__isnull=True, due_at__lt=now)),
        )


class Breach(models.Model):
    """Written when the deadline passes, not when the ticket closes. The review of it builds on this row.

    `retracted_at` is set when a late event proves that the clock was met: the record stays, the count does not.
    """

    clock = models.OneToOneField(
        Clock, on_delete=models.PROTECT, related_name="breach", verbose_name=_("clock")
    )
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, related_name="breaches", verbose_name=_("ticket")
    )
    kind = models.CharField(_("clock"), max_length=5)
    target = models.DurationField(_("target"))
    breached_at = models.DateTimeField(_("breached"))
    detected_at = models.DateTimeField(_("noticed"))
    line = models.PositiveSmallIntegerField(_("line"))
    state = models.CharField(_("state"), max_length=20)
    priority = models.PositiveSmallIntegerField(_("priority"))
    category = models.CharField(_("category"), max_length=16, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("assignee"),
    )
    contract = models.ForeignKey(
        "accounts.Contract",
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        related_name="+",
        verbose_name=_("contract"),
    )
    # The shift that was on: local date and D (08–20) or N, and the users who were on it.
    shift = models.CharField(_("shift"), max_length=12, blank=True)
    on_shift = models.JSONField(_("on shift then"), default=list)
    # Seconds up to the breach: line → {accept, work, pending}.
    spent = models.JSONField(_("time spent"), default=dict)
    cause_hint = models.CharField(_("likely cause"), max_length=3, blank=True)
    retracted_at = models.DateTimeField(null=True)

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        ordering = ["-breached_at", "-pk"]
        indexes = [models.Index(fields=["-breached_at", "-id"], name="sla_breach_recent")]

    def __str__(self) -> str:
        return f"{self.kind} {self.breached_at:%Y-%m-%d %H:%M:%S}"
