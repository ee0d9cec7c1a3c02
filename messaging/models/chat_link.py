"""A one-time key that ties a chat to a contact."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from messaging.models.mailbox import Mailbox


class ChatLink(models.Model):
    """Made in the portal for the signed-in contact, redeemed by the person who opens the chat with it.

    Only the SHA-256 of the key is kept; it is valid once and not for long.
    """

    bot = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="+", verbose_name=_("bot"))
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="+", verbose_name=_("contact")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("chat link")
        verbose_name_plural = _("chat links")

    def __str__(self) -> str:
        return f"{self.bot}: {self.contact}"
