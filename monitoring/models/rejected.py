"""What was turned away, so that an administrator can see why a source is silent."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.enums import RejectReason
from monitoring.models.source import Source


class RejectedDelivery(models.Model):
    """All refusals of one source for one reason within one minute. Keeps the first body's first 2 KB."""

    KEPT_BYTES = 2048

    # Null: the caller could not be told apart, the token being missing or wrong.
    source = models.ForeignKey(Source, on_delete=models.CASCADE, null=True, related_name="rejected")
    reason = models.CharField(_("reason"), max_length=16, choices=RejectReason)
    minute = models.DateTimeField(_("minute"))
    count = models.PositiveIntegerField(_("times"), default=1)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    excerpt = models.BinaryField(_("beginning of the body"), blank=True)
    address = models.GenericIPAddressField(_("from"), null=True)
    last_at = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("rejected delivery")
        verbose_name_plural = _("rejected deliveries")
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "reason", "minute"], name="rejected_once_per_minute", nulls_distinct=False
            ),
        ]
        indexes = [models.Index(fields=["-last_at"], name="rejected_newest")]

    def __str__(self) -> str:
        return f"{self.reason} ×{self.count}"

    @property
    def text(self) -> str:
        """The kept bytes, readable; what is not UTF-8 shows as replacement characters."""
        return bytes(self.excerpt).decode("utf-8", "replace")
