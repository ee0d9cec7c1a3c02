"""Putting opening hours in force. Published versions never change; a correction is a new version."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from accounts.permissions import can_edit_calendars
from common import clock as time
from common.errors import Conflict, NotAllowed, Unprocessable
from sla.models import CalendarVersion
from sla.queries import rulebook


@transaction.atomic
def publish_calendar(
    *, actor: Actor, version: CalendarVersion, since: datetime | None = None, seen: int | None = None
) -> CalendarVersion:
    """Put a new version of a calendar in force: at `since`, but not before every process has read it.

    Time before that keeps the old hours; `recalculating` works out running clocks again. `seen` is the newest version
    its author had in view. Raises `ValidationError` naming the field that makes no sense, `NotAllowed`, `Conflict`
    when another version was published meanwhile, `Unprocessable` for an instant in the past.
    """
    if not can_edit_calendars(actor):
        raise NotAllowed
    now = time.now()
    soonest = now + rulebook.PUBLICATION_DELAY
    if since is not None and since < now:
        raise Unprocessable(_("Hours of the past cannot be changed: choose an instant to come."))
    if since is not None and since > now + rulebook.FARTHEST:
        raise Unprocessable(_("That is more than two years ahead: please check the year."))
    version.published_at = max(since or soonest, soonest)
    version.published_by_id, version.recalculate_after = actor.user_id, soonest
    version.full_clean()
    _serialize(version.key)
    newest = (
        CalendarVersion.objects.filter(key=version.key).order_by("-pk").values_list("pk", flat=True).first()
    )
    if newest != seen:
        raise Conflict(_("Somebody has published this calendar meanwhile. Compare, then publish again."))
    version.save(force_insert=True)
    transaction.on_commit(rulebook.forget)
    return version


def _serialize(key: str) -> None:
    """Two publications of one calendar wait for each other."""
    list(
        CalendarVersion.objects.select_for_update()
        .filter(key=key)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
