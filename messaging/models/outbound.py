"""What goes out: the outbox."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from messaging.enums import UNSENT, Channel, OutboundState


class OutboundMessage(models.Model):
    """One message to one address, written in the transaction that decided to send it.

    `key` makes enqueuing idempotent; `message_id` is derived from it, so a repeated sending carries the same one.
    Leases and due times are judged by the database's clock only.
    """

    key = models.CharField(max_length=200, unique=True, verbose_name=_("key"))
    channel = models.CharField(_("channel"), max_length=12, choices=Channel, default=Channel.MAIL)
    to = models.CharField(_("to"), max_length=320)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True)
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=250, unique=True)
    ticket_ref = models.CharField(_("ticket"), max_length=32, blank=True)
    sender = models.CharField(_("from"), max_length=320, blank=True, default="", db_default="")
    # Where else the same words may go when this way fails for good: [[channel, address], …], the next one first.
    fallbacks = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    # Files that go with it: [{name, content_type, path}], the path in the desk's storage.
    files = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    # What the other side calls the message: answers in a chat name it.
    external_id = models.CharField(max_length=128, blank=True, default="", db_default="")
    is_automatic = models.BooleanField(_("automatic"), default=False)

    state = models.CharField(_("state"), max_length=8, choices=OutboundState, default=OutboundState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), db_default=Now())
    leased_until = models.DateTimeField(_("being sent until"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written"), db_default=Now())
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=OutboundState.values), name="outbound_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=OutboundState.SENDING, leased_until__isnull=False)
                | (~models.Q(state=OutboundState.SENDING) & models.Q(leased_until__isnull=True)),
                name="outbound_lease_while_sending",
            ),
            models.CheckConstraint(
                condition=models.Q(state=OutboundState.SENT, sent_at__isnull=False)
                | (~models.Q(state=OutboundState.SENT) & models.Q(sent_at__isnull=True)),
                name="outbound_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_attempt_at", "id"],
                name="outbound_due_by_channel",
                condition=models.Q(state__in=[OutboundState.QUEUED, OutboundState.FAILED]),
            ),
            models.Index(
                fields=["channel", "leased_until"],
                name="outbound_leases_by_channel",
                condition=models.Q(state=OutboundState.SENDING),
            ),
            # What goes out before what, within one ticket and address.
            models.Index(
                fields=["ticket_ref", "to", "id"],
                name="outbound_order",
                condition=models.Q(state__in=list(UNSENT)) & ~models.Q(ticket_ref=""),
            ),
            models.Index(
                fields=["-created_at"], name="outbound_dead", condition=models.Q(state=OutboundState.DEAD)
            ),
            models.Index(
                fields=["to", "-created_at"],
                name="outbound_recent_automatic",
                condition=models.Q(is_automatic=True),
            ),
            models.Index(fields=["ticket_ref", "id"], name="outbound_by_ticket"),
            # The last thing a chat was told is what its next message answers.
            models.Index(
                fields=["to", "-id"],
                name="outbound_of_chat",
                condition=models.Q(channel=Channel.TELEGRAM),
            ),
            models.Index(
                fields=["to", "external_id"],
                name="outbound_by_external_id",
                condition=~models.Q(external_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
