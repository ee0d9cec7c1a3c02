"""Closing a month: nothing of it is left without a review, and its figures stay what they were."""

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
from sla.queries import attainment, months
from sla.services import reporting


@transaction.atomic
def close_month(*, actor: Actor, month: date) -> MonthClosing:
    """Close the month that begins on `month` and keep its figures for ever.

    Refused while it lasts and for a moment after, while the sweep has something of it to fire, and while a breach
    of it is not reviewed. Waits for verdicts that are being written just now; those that come later find the month
    closed (rule R8).
    """
    if not can_close_month(actor):
        raise NotAllowed(_("The service-level manager closes a month."))
    reporting.hold()
    if MonthClosing.objects.filter(month=month).exists():
        raise Conflict(_("This month is closed already."))
    if months.closable_from(month) > clock.now():
        raise Conflict(_("This month is not over yet."))
    _nothing_left(month)
    figures = attainment.budget(since=months.start_of(month), until=months.end_of(month))
    return MonthClosing.objects.create(
        month=month, by_id=person(actor), at=clock.now(), judged=figures.judged, missed=figures.missed,
        excused=figures.excused,
    )  # fmt: skip


def _nothing_left(month: date) -> None:
    unfired = months.unfired(month).count()
    if unfired:
        text = ngettext(
            "%(count)d clock of this month still waits for the sweep.",
            "%(count)d clocks of this month still wait for the sweep.",
            unfired,
        )
        raise Conflict(text % {"count": unfired})
    waiting = months.unreviewed(month).count()
    if waiting:
        text = ngettext(
            "%(count)d breach of this month has not been reviewed.",
            "%(count)d breaches of this month have not been reviewed.",
            waiting,
        )
        raise Conflict(text % {"count": waiting})
