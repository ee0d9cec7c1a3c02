"""What came in, byte for byte."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from messaging.enums import InboundState
from messaging.models.mailbox import Mailbox


class InboundQuerySet(models.QuerySet["InboundMessage"]):
    def due(self) -> Self:
        """Stored and not yet routed, whose turn it is; judged by the database's clock."""
        return self.filter(state=InboundState.STORED, next_attempt_at__lte=models.functions.Now())

    def without_raw(self) -> Self:
        """For lists: the bytes stay in the database."""
        return self.defer("raw")


class InboundMessage(models.Model):
    """One message as it arrived. It is stored before it is accepted, and parsed only afterwards.

    Unique by content and by Message-ID within a mailbox. A message that comes with a known Message-ID but another
    body is kept too, pointing at the first one. `routed_to` names what was made of it, for example a ticket number.
    """

    mailbox = models.ForeignKey(
        Mailbox, on_delete=models.PROTECT, related_name="received", verbose_name=_("mailbox")
    )
    raw = models.BinaryField()
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    body_sha256 = models.CharField(max_length=64)
    message_id = models.CharField(_("Message-ID"), max_length=998, blank=True)
    conflicts_with = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    envelope_from = models.CharField(_("return path"), max_length=320, blank=True)
    envelope_to = ArrayField(models.CharField(max_length=320), default=list, verbose_name=_("recipients"))
    peer = models.CharField(_("handed over by"), max_length=100, blank=True)
    received_at = models.DateTimeField(_("received"), db_default=models.functions.Now())

    state = models.CharField(_("state"), max_length=8, choices=InboundState, default=InboundState.STORED)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), db_default=models.functions.Now())
    sender = models.CharField(_("from"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    routed_to = models.CharField(_("became"), max_length=64, blank=True)
    routed_at = models.DateTimeField(_("routed"), null=True, blank=True)

    objects = InboundQuerySet.as_manager()

    class Meta:
        verbose_name = _("received message")
        verbose_name_plural = _("received messages")
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "sha256"], name="inbound_content_once"),
            models.UniqueConstraint(
                fields=["mailbox", "message_id"],
                name="inbound_message_id_once",
                condition=~models.Q(message_id="") & models.Q(conflicts_with__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=InboundState.values), name="inbound_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                name="inbound_due",
                condition=models.Q(state=InboundState.STORED),
            ),
            models.Index(
                fields=["-received_at"], name="inbound_parked", condition=models.Q(state=InboundState.PARKED)
            ),
            models.Index(fields=["message_id"], name="inbound_by_message_id"),
            models.Index(fields=["-received_at"], name="inbound_newest"),
        ]

    def __str__(self) -> str:
        return self.subject or self.message_id or self.sha256[:12]
