"""A problem of a source: what its messages add up to."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assets.models import Circuit, Equipment, Service
from monitoring.enums import Effect, EventSource, ProblemState, Severity
from monitoring.models.incident import Incident
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
    `equipment`, `circuit` or `service` is the thing of the registry that it is about. A member of an incident has no
    ticket of its own unless it had one before, or a straggler's; `excluded_at` is when a person took it out.
    `held_until` is when it gets its own ticket if no cause has shown by then, `suppressed_until` the end of the
    maintenance window that keeps it quiet.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="problems")
    event_id = models.BigIntegerField(_("event"))
    event_source = models.PositiveSmallIntegerField(choices=EventSource, default=EventSource.TRIGGER)
    trigger_id = models.BigIntegerField(_("trigger"), null=True)
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, null=True, related_name="problems", verbose_name=_("ticket")
    )
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, db_index=False, null=True, related_name="problems",
        verbose_name=_("incident"),
    )  # fmt: skip
    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, db_index=False, null=True, related_name="+",
        verbose_name=_("equipment"),
    )  # fmt: skip
    circuit = models.ForeignKey(
        Circuit, on_delete=models.PROTECT, db_index=False, null=True, related_name="+", verbose_name=_("circuit")
    )  # fmt: skip
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, db_index=False, null=True, related_name="+", verbose_name=_("service")
    )  # fmt: skip
    effect = models.CharField(_("effect"), max_length=12, choices=Effect, default=Effect.DEGRADED)
    held_until = models.DateTimeField(null=True)
    attached_at = models.DateTimeField(null=True)
    excluded_at = models.DateTimeField(null=True)
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
    link = models.CharField(max_length=500, blank=True)
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
            models.Index(fields=["held_until"], name="problem_held", condition=Q(held_until__isnull=False)),
            models.Index(
                fields=["suppressed_until"],
                name="problem_suppressed",
                condition=Q(suppressed_until__isnull=False),
            ),
            models.Index(
                fields=["incident", "state"], name="problem_of_incident", condition=Q(incident__isnull=False)
            ),
            # What a storm is recognised by: open, about a thing of the registry, not explained yet.
            models.Index(
                fields=["first_seen_at"],
                name="problem_unexplained",
                condition=Q(state=ProblemState.OPEN, incident__isnull=True)
                & (Q(equipment__isnull=False) | Q(service__isnull=False)),
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
        if self.link:
            return self.link
        if not self.base_url or self.trigger_id is None:
            return ""
        return f"{self.base_url}/tr_events.php?triggerid={self.trigger_id}&eventid={self.event_id}"
