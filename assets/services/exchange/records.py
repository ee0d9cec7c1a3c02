"""What passes between reading, planning and writing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

Key = tuple[str, ...]


class At(NamedTuple):
    """A thing named by its id at the source of the records."""

    source_id: str


Reference = Key | At | None


class Verdict(TextChoices):
    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    SAME = "same", _("Same")
    VANISHED = "vanished", _("No longer listed")
    REFUSED = "refused", _("Refused")


@dataclass(frozen=True, slots=True)
class Record:
    """One row as somebody wants it. Fields that are absent stay as they are; references stand by name or by `At`."""

    kind: str
    key: Key
    values: dict[str, Any]
    where: str
    source_id: str = ""


@dataclass(eq=False, slots=True)
class Target:
    """Something a record may refer to: a row that is there, or one that will be. `values` is what it will hold.

    A reference in `values` is a `Target` (a tuple of them where there are many), or None.
    """

    kind: str
    key: Key
    pk: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    source_id: str = ""
    is_stale: bool = False

    def __str__(self) -> str:
        return " · ".join(part for part in self.key if part)


class Change(NamedTuple):
    column: str
    old: str
    new: str


@dataclass(slots=True)
class Entry:
    """What becomes of one record."""

    kind: str
    title: str
    where: str
    verdict: Verdict
    target: Target | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    reason: str = ""

    def refuse(self, reason: str) -> None:
        self.verdict, self.reason = Verdict.REFUSED, reason


@dataclass(slots=True)
class Plan:
    """The answer of a dry run, and what `importing` writes. `is_applied` once it has."""

    entries: list[Entry]
    source: str = ""
    is_applied: bool = False

    def of(self, verdict: Verdict) -> list[Entry]:
        return [entry for entry in self.entries if entry.verdict is verdict]

    @property
    def counts(self) -> dict[str, int]:
        return {verdict.value: len(self.of(verdict)) for verdict in Verdict}

    @property
    def is_idle(self) -> bool:
        """Nothing to write and nothing to complain about."""
        return all(entry.verdict is Verdict.SAME for entry in self.entries)
