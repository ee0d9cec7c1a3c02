"""The append-only log. State and clocks are a function of it."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.enums import ActorKind
from accounts.models import Contact, User
from tickets.enums import EventType
from tickets.models.ticket import Ticket


class TicketEvent(models.Model):
    """One thing that happened. A database trigger refuses UPDATE and DELETE.

    `occurred_at` is when it was true (a late mail lies in the past), `recorded_at` when the desk learned of it.
    Payload keys are listed in docs/events.md; `state`, `line`, `priority`, `category` are as after the event.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_index=False, related_name="events")
    type = models.CharField(_("type"), max_length=20, choices=EventType)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=12, choices=ActorKind)
    actor_name = models.CharField(max_length=200, blank=True)
    actor_user = models.ForeignKey(
        User, on_delete=models.PROTECT, db_index=False, null=True, related_name="+"
    )
    actor_contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, db_index=False, null=True, related_name="+"
    )
    payload = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["occurred_at", "pk"]
        indexes = [models.Index(fields=["ticket", "id"], name="event_of_ticket")]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"
