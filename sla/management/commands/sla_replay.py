"""`manage.py sla_replay FILE [--check]`: written examples through the product's own engine."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla.engine.parsing import doubled, parse_json
from sla.engine.vectors import differences, replay
from sla.models.calendar import in_words

UNREADABLE = 2


class Command(BaseCommand):
    help = "Replay SLA examples and print what the engine computes, one JSON object per line."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--check", action="store_true", help="compare with `expect`; exit 1 on any difference"
        )

    def handle(self, *args: Any, file: Path, check: bool, **options: Any) -> None:
        """One bad example has `error` instead of figures, and the others are still answered; exit 1 all the same."""
        document, wrong, bad, total = _read(file), 0, 0, 0
        for vector, answer in zip(document["vectors"], replay(document, tell=in_words), strict=True):
            total += 1
            if error := answer.get("error"):
                bad += 1
                self.stderr.write(f"{answer['id']}: {error['field']}: {error['reason']}")
            elif check and (found := differences(vector, answer)):
                wrong += 1
                answer["differences"] = found
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        if check or bad:
            self.stderr.write(_summary(total, wrong, bad))
        if wrong or bad:
            raise SystemExit(1)


def _summary(total: int, wrong: int, bad: int) -> str:
    counted = ngettext("%(count)d example", "%(count)d examples", total) % {"count": total}
    return _("%(counted)s: %(wrong)d differ, %(bad)d cannot be replayed") % {
        "counted": counted, "wrong": wrong, "bad": bad,
    }  # fmt: skip


def _read(file: Path) -> Mapping[str, Any]:
    try:
        document = parse_json(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(f"{file}: {error}", returncode=UNREADABLE) from error
    if not isinstance(document, Mapping) or not isinstance(document.get("vectors"), list):
        raise CommandError(
            _("%(file)s: there is no list of vectors in it") % {"file": file}, returncode=UNREADABLE
        )
    if twice := doubled(document):
        raise CommandError(
            _("%(file)s: “%(name)s” stands twice in it") % {"file": file, "name": twice},
            returncode=UNREADABLE,
        )
    if not isinstance(document.get("calendars") or {}, Mapping):
        raise CommandError(
            _("%(file)s: its calendars are not an object with names") % {"file": file}, returncode=UNREADABLE
        )
    return document
