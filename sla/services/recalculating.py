"""After a calendar was published: its running clocks are worked out again, ticket by ticket.

A sweep finds what is owed by a small index and goes on where the last worker stopped, so neither a killed worker nor
a lost message leaves a clock with the old deadline. Two workers at once do no harm: a fold is idempotent.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from time import monotonic

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest, Now

from common.db import lock_one
from sla.models import CalendarVersion, Clock
from sla.services.folding import refold
from tickets.models import Ticket

logger = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(seconds=60)
TURN = 60.0
"""Seconds after which a turn makes room for other work; the next sweep goes on."""


def recalculate(*, seconds: float = TURN) -> int:
    """Work off published versions until nothing is owed or the turn is over. Returns the clocks that changed.

    With nothing owed: one look-up in an index of the versions that are.
    """
    until, changed = monotonic() + seconds, 0
    while (version := _claim()) is not None:
        changed += _walk(version, until)
        if monotonic() >= until:
            break
    return changed


@transaction.atomic
def _claim() -> CalendarVersion | None:
    """A version whose clocks nobody is working out; ours for a minute at a time."""
    owed = CalendarVersion.objects.filter(recalculate_after__lte=Now()).order_by("recalculate_after")
    version = owed.select_for_update(skip_locked=True).first()
    if version is not None:
        CalendarVersion.objects.filter(pk=version.pk).update(recalculate_after=Now() + LEASE)
    return version


def _walk(version: CalendarVersion, until: float) -> int:
    """Each ticket in a transaction of its own, so that nobody waits for more than one."""
    last, changed = version.recalculated_up_to, 0
    own = CalendarVersion.objects.filter(pk=version.pk)
    while page := _tickets(version.key, last):
        changed += sum(map(_refold, page))
        last = page[-1]
        is_over = monotonic() >= until
        own.update(
            recalculated_up_to=Greatest(F("recalculated_up_to"), Value(last)),
            recalculate_after=Now() if is_over else Now() + LEASE,
        )
        if is_over:
            return changed
    own.update(recalculate_after=None)
    return changed


def _tickets(key: str, after: int) -> list[int]:
    """The next tickets with a live clock on the calendar, by the index that begins with the ticket."""
    clocks = Clock.objects.live().filter(calendar_version__key=key, ticket_id__gt=after)
    return list(clocks.order_by("ticket_id").values_list("ticket_id", flat=True).distinct()[:BATCH])


def _refold(ticket_id: int) -> int:
    """One that cannot be folded is named in the log and does not hold up the others; `sla_rebuild` names it too."""
    try:
        with transaction.atomic():
            return refold(lock_one(Ticket.objects.select_related("category"), ticket_id))
    except Exception:
        logger.exception("The clocks of ticket %d could not be worked out again", ticket_id)
        return 0
