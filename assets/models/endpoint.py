"""Where on the internet a service of a client is reached."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assets.models.origin import Sourced, once_per_source
from assets.models.service import Service

_NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")


def validate_name(text: str) -> None:
    """A full domain name in small letters, punycode for others. Addresses are no names: they lapse nowhere."""
    if _NAME.fullmatch(text) is None or text.replace(".", "").isdigit():
        raise ValidationError(
            _("“%(text)s” is not a full domain name, like shop.example."), params={"text": text}
        )


class Endpoint(Sourced):
    """A name that must resolve, answer and not lapse. With `is_watched` its expiries are looked at every day.

    `port` 443 is spoken to over TLS. The expiries are as they were seen at `checked_at`; `told` is the fewest days left
    that a ticket was told of.
    """

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="endpoints", verbose_name=_("service")
    )
    name = models.CharField(_("domain name"), max_length=253, validators=[validate_name])
    port = models.PositiveIntegerField(
        _("port"), default=443, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    path = models.CharField(_("path"), max_length=200, default="/")
    is_watched = models.BooleanField(_("expiries are watched"), default=True)
    domain_expires_at = models.DateTimeField(_("domain registered until"), null=True, editable=False)
    certificate_expires_at = models.DateTimeField(_("certificate valid until"), null=True, editable=False)
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)
    trouble = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("name on the internet")
        verbose_name_plural = _("names on the internet")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["service", "name"], name="endpoint_once_per_service"),
            once_per_source("endpoint"),
        ]
        indexes = [
            models.Index(fields=["checked_at"], name="endpoint_to_check", condition=models.Q(is_watched=True))
        ]

    def __str__(self) -> str:
        return self.name if self.port in (80, 443) else f"{self.name}:{self.port}"
