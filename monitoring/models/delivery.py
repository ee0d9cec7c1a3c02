"""The raw ledger: what a source sent, kept as it came."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.enums import AlertKind, Outcome
from monitoring.models.source import Source


class Delivery(models.Model):
    """One message, exactly as received, stored and committed before anything is made of it.

    Unique by source and `dedupe_key`: the same message again only counts up `seen_count`. A row without
    `processed_at` is work still owed; `retry_at` says when the sweep may try it (again).
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(_("kind"), max_length=16, choices=AlertKind)
    event_id = models.BigIntegerField(_("event"))
    dedupe_key = models.CharField(max_length=100)
    raw = models.BinaryField(_("body as received"))
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("received"))
    last_seen_at = models.DateTimeField(_("seen last"))
    seen_count = models.PositiveIntegerField(_("seen"), default=1)
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["source", "dedupe_key"], name="delivery_once_per_source"),
            models.CheckConstraint(
                name="delivery_processed_has_outcome", condition=Q(processed_at__isnull=True) | ~Q(outcome="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["retry_at", "id"], name="delivery_owed", condition=Q(processed_at__isnull=True)
            ),
            models.Index(fields=["source", "event_id"], name="delivery_of_event"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.dedupe_key}"
