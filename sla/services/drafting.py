"""Drafts of policies: made from another version, kept as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.enums import Actor
from accounts.permissions import can_edit_policies
from common import clock
from common.db import lock_one
from common.errors import Conflict, Missing, NotAllowed, Unprocessable
from sla.engine.audit import Finding, audit
from sla.engine.policy import RowPolicy, Version
from sla.engine.sheet import SPECIAL, Entry, Reading, Typed, read
from sla.models import PolicyVersion, Target, WhatIf
from sla.queries.policies import entries_of, fingerprint
from sla.queries.promises import Labels, describe, labels, names, problem_text
from sla.services.loading import rules

SINCE = datetime(1, 1, 1, tzinfo=UTC)


class SheetRefused(Unprocessable):
    """`problems` says at the name of each field why the sheet cannot be kept; nothing was stored."""

    code = "sheet_refused"

    def __init__(self, problems: Mapping[str, str], detail: str = "") -> None:
        self.problems = dict(problems)
        super().__init__(detail or _("Nothing was saved: please look at what is marked."))


class DraftChanged(Conflict):
    """Somebody saved the draft after this sheet had been opened; `problems` is empty, the input stays."""

    code = "draft_changed"


def allowed(actor: Actor) -> None:
    if not can_edit_policies(actor):
        raise NotAllowed


@transaction.atomic
def draft_from(*, actor: Actor, version_id: int) -> PolicyVersion:
    """A draft with the same promises, to be changed and put in force. Raises `Missing`, `NotAllowed`."""
    allowed(actor)
    source = PolicyVersion.objects.filter(pk=version_id).first()
    if source is None:
        raise Missing
    # A version keeps the draft's title: it says of which day it is, in place of the day its source was made.
    name, today = source.title.partition(" · ")[0], date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
    draft = PolicyVersion.objects.create(title=f"{name[:100]} · {today}")
    _store(draft, entries_of(source.pk))
    return draft


@transaction.atomic
def save(
    *, actor: Actor, version_id: int, title: str, note: str, typed: Typed, seen: str | None = None
) -> list[str]:
    """Keep a sheet as the draft. Returns the warnings, as sentences.

    `seen` is the fingerprint of the draft that the sheet was opened with; None overwrites whatever is there. Raises
    `SheetRefused` with every problem at its field (an amount that cannot be read, an unknown calendar, a hole, lines
    that together take longer than the promise), `Conflict` for a version in force, `DraftChanged`.
    """
    allowed(actor)
    draft = _open_draft(version_id)
    if seen is not None and seen != fingerprint(entries_of(draft.pk)):
        raise DraftChanged(
            _(
                "Somebody else has saved this draft. What you typed is still here: save again to put it in its place."
            )
        )
    reading = read(typed, names(typed))
    problems = {name: problem_text(problem) for name, problem in reading.problems.items()}
    if problems:
        raise SheetRefused(problems)
    known = labels(reading.entries.values())
    found = judge(reading, known)
    if fatal := located([item for item in found if item[1].fatal], known):
        raise SheetRefused(fatal)
    draft.title, draft.note = title, note
    draft.save(update_fields=["title", "note"])
    draft.targets.all().delete()
    _store(draft, reading.entries.values())
    return [describe(finding, known) for _name, finding in found]


@transaction.atomic
def discard(*, actor: Actor, version_id: int) -> None:
    """Remove a draft that nobody needs. Raises `Conflict` for a version that has been put in force."""
    allowed(actor)
    draft = _open_draft(version_id)
    WhatIf.objects.filter(version=draft).delete()
    draft.targets.all().delete()
    draft.delete()


def judge(reading: Reading, known: Labels) -> list[tuple[str, Finding]]:
    """What is wrong with a sheet that could be read, each with the name of the cell or row it is about."""
    calendars = rules().calendars
    rows = {name: entry.row(calendars) for name, entry in reading.entries.items()}
    where = {id(row): name for name, row in rows.items()}
    policy = RowPolicy([Version(0, SINCE, list(rows.values()))])
    found = audit(policy, clock.now(), world=known.world)
    return [(where.get(id(finding.row), "") or _hole(finding), finding) for finding in found]


def located(found: Iterable[tuple[str, Finding]], known: Labels) -> dict[str, str]:
    """Findings as sentences at their fields; of several at one field the first is told."""
    told: dict[str, str] = {}
    for name, finding in found:
        place = f"{name}-amount" if SPECIAL.fullmatch(f"{name}-clock") else name
        told.setdefault(place, describe(finding, known))
    return told


def findings(version: PolicyVersion) -> list[Finding]:
    """What is wrong with a stored version, published or not."""
    entries = entries_of(version.pk)
    reading = Reading({str(number): entry for number, entry in enumerate(entries)})
    return [finding for _name, finding in judge(reading, labels(entries))]


def _hole(finding: Finding) -> str:
    """The cell that would fill a hole: a promise of resolution, for Business where no tier is named."""
    tier = "" if finding.tier == "business" else finding.tier
    return f"RES-0-{tier}-{finding.category.partition('.')[0]}-{finding.priority}"


def _open_draft(version_id: int) -> PolicyVersion:
    draft = lock_one(PolicyVersion.objects.all(), version_id)
    if draft.published_at is not None:
        raise Conflict(_("This version is in force already: make a draft of it."))
    return draft


def _store(draft: PolicyVersion, entries: Iterable[Entry]) -> None:
    Target.objects.bulk_create(Target(version=draft, **asdict(entry)) for entry in entries)
