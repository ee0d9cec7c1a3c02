"""An address of the desk."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from messaging.enums import Channel


class Mailbox(models.Model):
    """One way in: a mail address, a Telegram bot or a PBX. Its address is kept in lower case.

    Bots and telephone sources are named by the settings, which also hold their secrets; their rows appear by themselves.
    """

    channel = models.CharField(_("channel"), max_length=12, choices=Channel, default=Channel.MAIL)
    address = models.CharField(_("address"), max_length=254)
    name = models.CharField(_("name shown to customers"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.RUSSIAN)
    is_default = models.BooleanField(
        _("takes mail for unknown addresses"), default=False, help_text=_("At most one mailbox can do this.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        constraints = [
            models.UniqueConstraint("channel", Lower("address"), name="mailbox_address_once"),
            models.UniqueConstraint(
                fields=["channel"], name="mailbox_one_default", condition=models.Q(is_default=True)
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=Channel.values), name="mailbox_channel_known"
            ),
        ]

    def __str__(self) -> str:
        return self.address
