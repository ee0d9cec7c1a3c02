"""What changed between two revisions, readable by a person."""

import difflib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import Language
from knowledge.enums import Audience, Confidence
from knowledge.models import Article, ArticleRevision

# The diff's time grows with the square of the lines, and nobody reads further.
MAX_LINES = 2_000
MAX_REVISIONS = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a diff: `sign` is ``+``, ``-`` or a blank; ``…`` stands for unchanged lines left out."""

    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs, as lines to show."""

    label: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the history: the revision, without its texts, and what it changed, in words."""

    revision: ArticleRevision
    changed: list[str]


def revisions(article: Article) -> list[Entry]:
    """The history, newest first."""
    rows = ArticleRevision.objects.filter(article=article).select_related("user").defer("texts")
    return [
        Entry(row, [_label(name) for name in row.changed]) for row in rows.order_by("-number")[:MAX_REVISIONS]
    ]


def compare(*, article: Article, older: int, newer: int) -> list[Change]:
    """Fields that differ between two revisions; `older` 0 is the empty article before the first one."""
    found = {r.number: r for r in ArticleRevision.objects.filter(article=article, number__in=[older, newer])}
    before, after = _fields(found.get(older)), _fields(found.get(newer))
    names = [*after, *(name for name in before if name not in after)]
    differing = [name for name in names if before.get(name, "") != after.get(name, "")]
    return [Change(_label(name), _diff(before.get(name, ""), after.get(name, ""))) for name in differing]


def _fields(revision: ArticleRevision | None) -> dict[str, str]:
    if revision is None:
        return {}
    fields = {
        "audience": str(Audience(revision.audience).label),
        "confidence": str(Confidence(revision.confidence).label),
        "categories": ", ".join(revision.categories),
    }
    texts: dict[str, dict[str, Any]] = revision.texts
    for language in sorted(texts, reverse=True):
        for name in ("title", "summary", "body"):
            fields[f"{language}.{name}"] = texts[language].get(name, "")
    return fields


def _label(name: str) -> str:
    labels = {
        "audience": _("Readers"),
        "confidence": _("Confidence"),
        "categories": _("Helps with"),
        "title": _("Title"),
        "summary": _("In one sentence"),
        "body": _("Text"),
    }
    if name in Language.values:
        return str(Language(name).label)
    language, _dot, field = name.rpartition(".")
    return f"{labels[field]} ({language.upper()})" if language else labels[field]


def _diff(before: str, after: str) -> list[Line]:
    old, new = before.splitlines()[:MAX_LINES], after.splitlines()[:MAX_LINES]
    groups = difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(2)
    shown: list[Line] = []
    for group in groups:
        if shown:
            shown.append(Line("…", ""))
        for kind, i1, i2, j1, j2 in group:
            if kind == "equal":
                shown += [Line(" ", words) for words in old[i1:i2]]
                continue
            shown += [Line("-", words) for words in old[i1:i2]]
            shown += [Line("+", words) for words in new[j1:j2]]
    return shown
