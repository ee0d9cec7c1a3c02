"""Putting a policy or a calendar in force. Published versions never change; a correction is a new version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from common import clock as time
from common.db import lock_one
from common.errors import Conflict, Unprocessable
from sla.engine.audit import Finding, audit
from sla.engine.policy import RowPolicy, Version
from sla.models import CalendarVersion, Clock, PolicyVersion, Target
from sla.queries import rulebook
from sla.queries.ledger import span
from sla.services.folding import refold
from sla.services.loading import rules
from tickets.models import Ticket

SINCE = datetime(1, 1, 1, tzinfo=UTC)


@transaction.atomic
def draft_from(*, version_id: int) -> PolicyVersion:
    """A draft with the same targets, to be changed and published."""
    source = PolicyVersion.objects.get(pk=version_id)
    draft = PolicyVersion.objects.create(title=_("Draft of “%(title)s”") % {"title": source.title})
    targets = list(source.targets.all())
    for target in targets:
        target.pk, target.version = None, draft
    Target.objects.bulk_create(targets)
    return draft


def findings(version: PolicyVersion) -> list[Finding]:
    """What is wrong with a version, published or not."""
    calendars = rules().calendars
    rows = [rulebook.row_of(target, calendars) for target in version.targets.all()]
    return list(audit(RowPolicy([Version(version.pk, SINCE, rows)]), time.now()))


def describe(finding: Finding) -> str:
    """A finding as a sentence."""
    where = {"tier": finding.tier, "category": finding.category or "–", "priority": f"P{finding.priority}"}
    values = {**where, "amount": span(finding.amount), "limit": span(finding.limit)}
    if finding.code == "hole":
        return _("%(tier)s, %(category)s, %(priority)s: nothing is promised there.") % values
    if finding.code == "slow_first_response":
        return (
            _("%(tier)s, %(category)s, %(priority)s: first response %(amount)s is more than 90 seconds.")
            % values
        )
    return (
        _(
            "%(tier)s, %(category)s, %(priority)s: the lines together take %(amount)s, the promise is %(limit)s."
        )
        % values
    )


@transaction.atomic
def publish_policy(*, version_id: int) -> list[Finding]:
    """Put a draft in force for clocks started or re-matched from then on. Returns the warnings.

    Raises `Conflict` for a version already published, `Unprocessable` naming every combination that has no target
    or whose lines together take longer than the promise.
    """
    version = lock_one(PolicyVersion.objects.all(), version_id)
    if version.published_at is not None:
        raise Conflict(_("This version is in force already: make a draft of it."))
    found = findings(version)
    fatal = [describe(finding) for finding in found if finding.fatal]
    if fatal:
        raise Unprocessable(" ".join(fatal[:10]))
    version.published_at = time.now() + rulebook.PUBLICATION_DELAY
    version.save(update_fields=["published_at"])
    transaction.on_commit(rulebook.forget)
    return found


@transaction.atomic
def publish_calendar(*, version: CalendarVersion) -> CalendarVersion:
    """Put a new version of a calendar in force. Raises `ValidationError` when it makes no sense.

    Time before the publication keeps the old hours; running clocks are worked out again by `recalculate`.
    """
    version.published_at = time.now() + rulebook.PUBLICATION_DELAY
    version.full_clean()
    version.save(force_insert=True)
    transaction.on_commit(rulebook.forget)
    return version


def recalculate(*, key: str) -> int:
    """Work out again every live clock of a calendar. Returns the number of clocks whose row changed."""
    return sum(_refold(ticket_id) for ticket_id in _tickets_on(key))


def _tickets_on(key: str) -> Iterator[int]:
    clocks = Clock.objects.live().filter(calendar_version__key=key).order_by("ticket_id")
    return clocks.values_list("ticket_id", flat=True).distinct().iterator(chunk_size=500)


@transaction.atomic
def _refold(ticket_id: int) -> int:
    return refold(lock_one(Ticket.objects.select_related("category"), ticket_id))
