"""One look at a client's names from outside."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import Endpoint
from monitoring.enums import RunState
from tickets.models import Ticket


class DiagnosticRun(models.Model):
    """What was asked for, and what came of it: `results` as `services/diagnosing/results.py` writes them."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="diagnostic_runs")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=RunState, default=RunState.QUEUED)
    results = models.JSONField(default=list, blank=True)
    by = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "endpoint"],
                name="diagnosis_one_at_a_time",
                condition=~Q(state=RunState.DONE),
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="diagnosis_due", condition=~Q(state=RunState.DONE)),
            models.Index(fields=["ticket", "-created_at"], name="diagnosis_of_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.state}"
