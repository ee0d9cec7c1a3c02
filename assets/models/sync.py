"""How far an outer register has been read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RegistrySync(models.Model):
    """One outer register. `read_until` is where the next incremental reading begins; the secret is never kept here."""

    source = models.SlugField(_("source"), max_length=32, unique=True)
    read_until = models.DateTimeField(_("read until"), null=True)
    full_at = models.DateTimeField(_("last full reading"), null=True)
    ran_at = models.DateTimeField(_("last run"), null=True)
    outcome = models.JSONField(_("outcome"), default=dict)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("register reading")
        verbose_name_plural = _("register readings")
        ordering = ["source"]

    def __str__(self) -> str:
        return self.source
