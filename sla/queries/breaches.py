"""The list of broken promises."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from sla.models import Breach

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Breach]
    before: int | None


def page(*, kind: str = "", line: int | None = None, before: int | None = None) -> Page:
    """Newest first; `before` is the key of the last row seen. Retracted records are not shown."""
    rows = Breach.objects.filter(retracted_at__isnull=True).select_related("ticket", "assignee", "clock")
    if kind:
        rows = rows.filter(kind=kind)
    if line:
        rows = rows.filter(line=line)
    last = Breach.objects.filter(pk=before).first() if before else None
    if last:
        rows = rows.filter(
            Q(breached_at__lt=last.breached_at) | Q(breached_at=last.breached_at, pk__lt=last.pk)
        )
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)
