"""A problem of a source: what its messages add up to."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from monitoring.enums import EventSource, ProblemState, Severity
from monitoring.models.source import Source
from tickets.models import Ticket


class ProblemQuerySet(models.QuerySet["Problem"]):
    def open(self) -> "ProblemQuerySet":
        return self.filter(state=ProblemState.OPEN)


class Problem(models.Model):
    """The projection of all messages of one event id, the same in whatever order they came.

    `state` goes from open to resolved and never back. `announced` is false until the problem message itself came:
    updates alone (a problem that began in a maintenance) and a recovery alone (a tombstone) open no ticket.
    `stamp` is that of the newest message folded in; `severity`, `acknowledged` and `opdata` are as it said them.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="problems")
    event_id = models.BigIntegerField(_("event"))
    event_source = models.PositiveSmallIntegerField(choices=EventSource, default=EventSource.TRIGGER)
    trigger_id = models.BigIntegerField(_("trigger"), null=True)
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, null=True, related_name="problems", verbose_name=_("ticket")
    )
    state = models.CharField(_("state"), max_length=16, choices=ProblemState)
    announced = models.BooleanField(default=False)
    stamp = models.CharField(max_length=64)
    name = models.CharField(_("problem"), max_length=2048)
    description = models.TextField(_("trigger description"), blank=True)
    opdata = models.CharField(_("operational data"), max_length=2048, blank=True)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity)
    worst_severity = models.PositiveSmallIntegerField(_("worst severity"), choices=Severity)
    acknowledged = models.BooleanField(_("acknowledged"), default=False)
    host_id = models.BigIntegerField(null=True)
    host = models.CharField(_("host"), max_length=128, blank=True)
    host_name = models.CharField(_("host name"), max_length=128, blank=True)
    host_ip = models.CharField(_("address"), max_length=64, blank=True)
    other_hosts = models.JSONField(default=list, blank=True)
    host_groups = models.CharField(_("host groups"), max_length=2048, blank=True)
    asset_tag = models.CharField(_("asset tag"), max_length=255, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    base_url = models.CharField(max_length=500, blank=True)
    cause_event_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(_("began"))
    recovered_at = models.DateTimeField(_("recovered"), null=True)
    recovery_event_id = models.BigIntegerField(null=True)
    escalation_canceled_at = models.DateTimeField(_("escalation canceled"), null=True)
    suppressed_until = models.DateTimeField(null=True)
    flaps = models.PositiveIntegerField(_("flaps"), default=0)
    first_seen_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="problem_once_per_event"),
            models.CheckConstraint(
                name="problem_resolved_has_time",
                condition=Q(state=ProblemState.OPEN, recovered_at__isnull=True)
                | Q(state=ProblemState.RESOLVED, recovered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="problem_ticket_only_if_announced", condition=Q(ticket__isnull=True) | Q(announced=True)
            ),
            models.CheckConstraint(
                name="problem_worst_is_worst", condition=Q(worst_severity__gte=F("severity"))
            ),
        ]
        indexes = [
            models.Index(fields=["source", "trigger_id", "-event_id"], name="problem_by_trigger"),
            models.Index(
                fields=["source", "event_id"], name="problem_open", condition=Q(state=ProblemState.OPEN)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}-{self.event_id}"

    @property
    def is_open(self) -> bool:
        return self.state == ProblemState.OPEN

    @property
    def shown_host(self) -> str:
        return self.host_name or self.host

    @property
    def source_link(self) -> str:
        """The event's page in the source's own web pages; empty when the address or the trigger is unknown."""
        if not self.base_url or self.trigger_id is None:
            return ""
        return f"{self.base_url}/tr_events.php?triggerid={self.trigger_id}&eventid={self.event_id}"
