"""A message of the desk to itself, to see that a channel works."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from messaging.models.mailbox import Mailbox


class Probe(models.Model):
    """Sent through a channel's own door every few minutes, recognised by its signed mark, and discarded."""

    mailbox = models.ForeignKey(
        Mailbox, on_delete=models.CASCADE, related_name="probes", verbose_name=_("channel")
    )
    mark = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField(_("sent"), db_default=Now())
    seen_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("probe")
        verbose_name_plural = _("probes")
        indexes = [models.Index(fields=["mailbox", "-sent_at"], name="probe_newest")]

    def __str__(self) -> str:
        return f"{self.mailbox}: {self.sent_at:%H:%M:%S}"
