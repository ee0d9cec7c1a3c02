"""A trigger that comes and goes."""

from django.db import models
from django.db.models import Q

from monitoring.models.source import Source
from tickets.models import Ticket


class Flap(models.Model):
    """Since when a trigger flaps and how often: one ticket and one digest now and then instead of a note each time."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="flaps")
    trigger_id = models.BigIntegerField()
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="flaps")
    since = models.DateTimeField()
    changed_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)
    told_count = models.PositiveIntegerField(default=0)
    digest_at = models.DateTimeField()
    is_live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "trigger_id"], name="flap_one_live_per_trigger", condition=Q(is_live=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.trigger_id} ×{self.count}"
