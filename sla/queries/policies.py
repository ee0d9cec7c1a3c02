"""Policy versions: which holds, which held, which are drafts, and what one changes against another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import NamedTuple

from common import clock
from sla.engine.calendars import Calendar
from sla.engine.policy import Version
from sla.engine.sheet import Entry
from sla.engine.terms import Kind
from sla.models import PolicyVersion, Target
from sla.queries.promises import Labels, place, promise

FIELDS = tuple(Entry.__dataclass_fields__)
EARLIER = 50


@dataclass(frozen=True, slots=True)
class Shelf:
    """All versions as the list shows them; `current` is None only in a desk without any rules."""

    current: PolicyVersion | None
    planned: list[PolicyVersion]
    earlier: list[PolicyVersion]
    drafts: list[PolicyVersion]


def shelf() -> Shelf:
    """One query for what was published, one for drafts; the fifty newest of each."""
    now = clock.now()
    versions = PolicyVersion.objects.select_related("published_by")
    published = list(versions.filter(published_at__isnull=False).order_by("-published_at")[: EARLIER + 1])
    past = [version for version in published if not is_ahead(version, now)]
    return Shelf(
        past[0] if past else None,
        [version for version in published if is_ahead(version, now)],
        past[1:],
        list(versions.filter(published_at__isnull=True).order_by("-pk")[:EARLIER]),
    )


def is_ahead(version: PolicyVersion, now: datetime) -> bool:
    return version.published_at is not None and version.published_at > now


def in_force() -> PolicyVersion | None:
    """The version that holds now. One query."""
    published = PolicyVersion.objects.filter(published_at__lte=clock.now())
    return published.select_related("published_by").order_by("-published_at").first()


def entries_of(version_id: int) -> list[Entry]:
    """The promises of a version in a fixed order. One query."""
    rows = Target.objects.filter(version_id=version_id).order_by(
        "kind", "line", "tier", "category", "priority", "pk"
    )
    return [Entry(Kind(kind), *rest) for kind, *rest in rows.values_list(*FIELDS)]


def as_version(
    pk: int, since: datetime, entries: Iterable[Entry], calendars: Mapping[str, Calendar]
) -> Version:
    """Entries as the engine's policy version in force from `since`."""
    return Version(pk, since, [entry.row(calendars) for entry in entries])


def fingerprint(entries: Iterable[Entry]) -> str:
    """The same for the same promises, whatever their order."""
    lines = sorted(repr(astuple(entry)) for entry in entries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


class Change(NamedTuple):
    place: str
    before: str
    after: str


def difference(before: Iterable[Entry], after: Iterable[Entry], labels: Labels) -> list[Change]:
    """What a version changes against another, in the order of the sheet; a place of one side only has «–» opposite."""
    old = {entry.key: entry for entry in before}
    new = {entry.key: entry for entry in after}
    order = list(dict.fromkeys([*new, *old]))
    return [
        Change(
            place(key, labels),
            promise(old[key]) if key in old else "–",
            promise(new[key]) if key in new else "–",
        )
        for key in order
        if old.get(key) != new.get(key)
    ]
