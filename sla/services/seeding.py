"""The first policy and calendars, from the proposals of domain §4.1."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from sla.engine import defaults
from sla.models import CalendarVersion, PolicyVersion, Target

SINCE_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@transaction.atomic
def seed_defaults(
    *, calendars: Any = CalendarVersion, policies: Any = PolicyVersion, targets: Any = Target
) -> None:
    """Publish the default rules unless some are published. A migration passes its historical models."""
    if policies.objects.filter(published_at__isnull=False).exists():
        return
    calendars.objects.get_or_create(
        key="C247", published_at=SINCE_EVER, defaults={"title": "24×7", "always": True, "tz": "UTC"}
    )
    calendars.objects.get_or_create(
        key="RUBH",
        published_at=SINCE_EVER,
        defaults={"title": _office_hours(), **defaults.RUBH},
    )
    version = policies.objects.create(title="Business, Premium, Basic", published_at=SINCE_EVER)
    targets.objects.bulk_create(targets(version=version, **asdict(row)) for row in defaults.rows())


def _office_hours() -> str:
    """In the language of the desk: it is data from here on, whoever reads it."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("Mon–Fri 9–18, Moscow, Russian holidays")
