"""A telephone call, as its events have told it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, Operator
from messaging.enums import CallState
from messaging.models.mailbox import Mailbox


class Call(models.Model):
    """One incoming call of one PBX. Folded from its events, which may come twice and in any order.

    `queued_at` is when the promise of 90 seconds begins: the caller has left the menu and waits for a person.
    """

    source = models.ForeignKey(
        Mailbox, on_delete=models.PROTECT, related_name="calls", verbose_name=_("telephone")
    )
    call_id = models.CharField(_("call"), max_length=128)
    state = models.CharField(_("state"), max_length=10, choices=CallState, default=CallState.RINGING)
    caller = models.CharField(_("caller"), max_length=64, blank=True)
    caller_name = models.CharField(_("name shown by the telephone"), max_length=100, blank=True)
    dialled = models.CharField(_("number called"), max_length=64, blank=True)
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    operator = models.ForeignKey(
        Operator,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("operator"),
    )
    began_at = models.DateTimeField(_("began"))
    queued_at = models.DateTimeField(_("entered the queue"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    recording_url = models.URLField(_("recording"), max_length=500, blank=True)
    ticket_ref = models.CharField(_("ticket"), max_length=32, blank=True, default="")

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.UniqueConstraint(fields=["source", "call_id"], name="call_once"),
            models.CheckConstraint(condition=models.Q(state__in=CallState.values), name="call_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["-began_at"],
                name="call_going_on",
                condition=models.Q(state__in=[CallState.RINGING, CallState.QUEUED, CallState.ANSWERED]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.caller or '?'} → {self.dialled or self.source}"
