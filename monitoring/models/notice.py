"""What a client was told of an incident, word for word."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.models import Contact, Customer
from messaging.models import OutboundMessage
from monitoring.enums import HitState, NoticePhase
from monitoring.models.incident import Incident


class ClientNotice(models.Model):
    """One notice to one contact. `number` counts notices of a phase to the client, from 1.

    `by` is the operator who sent it; empty when the desk did. Whether it arrived is the outbox's to tell.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notices")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="outage_notices")
    phase = models.CharField(_("phase"), max_length=8, choices=NoticePhase)
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(_("state"), max_length=8, choices=HitState)
    language = models.CharField(max_length=2, choices=Language)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    message = models.OneToOneField(OutboundMessage, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("queued"))

    class Meta:
        verbose_name = _("notice to a client")
        verbose_name_plural = _("notices to clients")
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "contact", "phase", "number"], name="notice_once_per_phase"
            ),
        ]
        indexes = [models.Index(fields=["incident", "customer", "created_at"], name="notice_of_client")]

    def __str__(self) -> str:
        return f"{self.phase} {self.contact}"
