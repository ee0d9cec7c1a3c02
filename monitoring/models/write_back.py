"""What Zabbix is still to be told."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.enums import WriteBackState
from monitoring.models.source import Source
from tickets.models import Ticket


class WriteBack(models.Model):
    """One fact about a ticket for the events behind it: `action` is the bit mask of ``event.acknowledge``.

    Which events they are is read when it is sent; `after_event_id` is how far a call of many got. `key` makes queueing
    idempotent. With `cause_event_id` the events are ranked as its symptoms.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="write_backs")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="write_backs")
    key = models.CharField(max_length=100, unique=True)
    action = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=2048, blank=True)
    cause_event_id = models.BigIntegerField(null=True)
    after_event_id = models.BigIntegerField(default=0)
    state = models.CharField(_("state"), max_length=8, choices=WriteBackState, default=WriteBackState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="write_back_due", condition=Q(state=WriteBackState.QUEUED)),
            models.Index(
                fields=["ticket"], name="write_back_failed", condition=Q(state=WriteBackState.FAILED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"
