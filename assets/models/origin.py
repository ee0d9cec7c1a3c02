"""Where a row of the registry comes from."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Sourced(models.Model):
    """`source` is the register it is kept in (empty: here), `source_id` its name there, for example ``device:12``.

    What a register no longer lists is `is_stale`: nothing is deleted, because an incident may refer to it.
    """

    source = models.SlugField(_("source"), max_length=32, blank=True, db_index=False)
    source_id = models.CharField(_("id at the source"), max_length=64, blank=True)
    is_stale = models.BooleanField(_("gone at the source"), default=False)

    class Meta:
        abstract = True


def once_per_source(name: str) -> models.UniqueConstraint:
    """One row per thing of a source. `name` begins the constraint's name."""
    values: dict[str, Any] = {"fields": ["source", "source_id"], "condition": ~Q(source_id="")}
    return models.UniqueConstraint(name=f"{name}_once_per_source", **values)
