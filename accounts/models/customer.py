"""A customer organisation."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language


class Customer(models.Model):
    """An organisation with a contract. Its contacts never see another customer's anything."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.RUSSIAN)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Moscow")
    domains = ArrayField(
        models.CharField(max_length=253),
        verbose_name=_("mail domains"),
        default=list,
        blank=True,
        help_text=_("Mail from these domains is filed under this customer."),
    )
    notes = models.TextField(
        _("need to know"), blank=True, help_text=_("Shown to operators on every ticket.")
    )
    sender_address = models.EmailField(
        _("mail is sent from"),
        blank=True,
        default="",
        db_default="",
        help_text=_("An address of ours that this customer knows us by; empty: the address of the desk."),
    )
    signature = models.TextField(
        _("signature"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Ends every mail to this customer."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
