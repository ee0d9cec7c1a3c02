"""`manage.py sla_replay FILE [--check]`: written examples through the product's own engine."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sla.engine.vectors import differences, replay
from sla.engine.week import CalendarError


class Command(BaseCommand):
    help = "Replay SLA examples and print what the engine computes, one JSON object per line."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--check", action="store_true", help="compare with `expect`; exit 1 on any difference"
        )

    def handle(self, *args: Any, file: Path, check: bool, **options: Any) -> None:
        document = _read(file)
        try:
            answers = list(replay(document))
        except (CalendarError, KeyError, ValueError, AttributeError, TypeError) as error:
            raise CommandError(f"{file}: cannot be replayed: {type(error).__name__}: {error}") from error
        wrong = 0
        for vector, answer in zip(document["vectors"], answers, strict=True):
            found = differences(vector, answer) if check else {}
            wrong += bool(found)
            self.stdout.write(json.dumps(answer | ({"differences": found} if found else {})))
        if check:
            self.stderr.write(f"{len(answers)} examples, {wrong} differ")
        if wrong:
            raise SystemExit(1)


def _read(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{file}: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("vectors"), list):
        raise CommandError(f"{file}: there is no list of vectors in it")
    return document
