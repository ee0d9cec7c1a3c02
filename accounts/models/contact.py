"""People of a customer, and where they can be reached."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import AddressKind, Language
from accounts.models.customer import Customer
from accounts.models.user import User


class ContactQuerySet(models.QuerySet["Contact"]):
    def active(self) -> Self:
        return self.filter(is_active=True, customer__is_active=True)


class Contact(models.Model):
    """A person of a customer. With a `user` the contact may use the portal."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("customer")
    )
    user = models.OneToOneField(
        User,
        on_delete=models.PROTECT,
        related_name="contact",
        null=True,
        blank=True,
        verbose_name=_("portal access"),
    )
    name = models.CharField(_("name"), max_length=200)
    position = models.CharField(_("position"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.RUSSIAN)
    is_authorised = models.BooleanField(_("may order changes"), default=False)
    sees_organisation = models.BooleanField(_("sees all requests of the organisation"), default=False)
    gets_outages = models.BooleanField(
        _("is told of outages"),
        default=False,
        help_text=_("If nobody of the customer is, those who may order changes are told."),
    )
    do_not_notify = models.BooleanField(
        _("never told by itself"),
        default=False,
        help_text=_("No notice of outages or works is ever sent to this contact."),
    )
    channels = ArrayField(
        models.CharField(max_length=10, choices=AddressKind),
        verbose_name=_("preferred channels"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("The first one that can be reached is used, the next when it fails."),
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="contact_quiet_hours_have_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContactAddress(models.Model):
    """One address of a contact. Mail is kept in lower case, telephone numbers in E.164."""

    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="addresses", verbose_name=_("contact")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=AddressKind)
    value = models.CharField(_("address"), max_length=254)
    is_primary = models.BooleanField(_("preferred"), default=False)
    is_verified = models.BooleanField(_("verified"), default=False)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="contact_address_unique"),
        ]

    def __str__(self) -> str:
        return self.value
