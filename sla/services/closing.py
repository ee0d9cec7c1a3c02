"""Closing a month: nothing of it is left without a review."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Actor
from common import clock
from common.errors import Conflict, NotAllowed
from sla.models import MonthClosing
from sla.permissions import can_close_month, person
from sla.queries import months


@transaction.atomic
def close_month(*, actor: Actor, month: date) -> MonthClosing:
    """Close the month that begins on `month`. Refused while it lasts and while a breach of it is not reviewed."""
    if not can_close_month(actor):
        raise NotAllowed(_("The service-level manager closes a month."))
    if months.end_of(month) > clock.now():
        raise Conflict(_("This month is not over yet."))
    waiting = months.unreviewed(month).count()
    if waiting:
        text = ngettext(
            "%(count)d breach of this month has not been reviewed.",
            "%(count)d breaches of this month have not been reviewed.",
            waiting,
        )
        raise Conflict(text % {"count": waiting})
    closing, is_new = MonthClosing.objects.get_or_create(
        month=month, defaults={"by_id": person(actor), "at": clock.now()}
    )
    if not is_new:
        raise Conflict(_("This month is closed already."))
    return closing
