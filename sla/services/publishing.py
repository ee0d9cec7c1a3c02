"""Putting a policy in force. Published versions never change; a correction is a new version."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock as time
from common.db import lock_one
from common.errors import Conflict, Unprocessable
from sla.engine.audit import Finding
from sla.models import PolicyVersion
from sla.queries import rulebook
from sla.queries.policies import entries_of
from sla.queries.promises import describe, labels
from sla.services.drafting import allowed, findings


@transaction.atomic
def publish_policy(
    *, actor: Actor, version_id: int, why: str, since: datetime | None = None
) -> list[Finding]:
    """Put a draft in force for clocks started or re-matched from then on, in a few seconds or at `since`.

    Returns the warnings. Raises `NotAllowed`, `Conflict` for a version already published or an instant that another
    one has, `Unprocessable` without a reason, with an instant in the past, or naming every combination that has no
    target or whose lines together take longer than the promise.
    """
    allowed(actor)
    version = lock_one(PolicyVersion.objects.all(), version_id)
    if version.published_at is not None:
        raise Conflict(_("This version is in force already: make a draft of it."))
    if not why.strip():
        raise Unprocessable(_("Say why: those who come after you will ask."))
    found = findings(version)
    known = labels(entries_of(version.pk))
    fatal = [describe(finding, known) for finding in found if finding.fatal]
    if fatal:
        raise Unprocessable(" ".join(fatal[:10]))
    version.published_at = _instant(since)
    version.published_by_id, version.note = actor.user_id, why.strip()
    version.save(update_fields=["published_at", "published_by", "note"])
    transaction.on_commit(rulebook.forget)
    return found


def _instant(since: datetime | None) -> datetime:
    """From when a version holds: not before every process has read it, and never together with another."""
    soonest = time.now() + rulebook.PUBLICATION_DELAY
    if since is not None and since < time.now():
        raise Unprocessable(_("What was promised in the past cannot be changed: choose an instant to come."))
    if since is not None and since > time.now() + rulebook.FARTHEST:
        raise Unprocessable(_("That is more than two years ahead: please check the year."))
    at = max(since or soonest, soonest)
    if PolicyVersion.objects.filter(published_at=at).exists():
        raise Conflict(_("Another version comes into force at that very moment."))
    return at
