"""manage.py import_registry DIR|ZIP [--apply]: what the files would change; with --apply, change it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.enums import Actor
from assets.services.exchange.importing import import_files
from assets.services.exchange.reading import from_folder, from_zip
from assets.services.exchange.records import Plan, Verdict
from common.errors import DomainError


class Command(BaseCommand):
    help = "Compare CSV files with the registry; --apply writes them, all or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("place", type=Path, help="a folder with the files, or a ZIP archive")
        parser.add_argument("--apply", action="store_true", help="write; without it nothing is changed")
        parser.add_argument(
            "--mark-vanished", action="store_true", help="what a given file no longer lists becomes stale"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        place: Path = options["place"]
        try:
            files = from_folder(place) if place.is_dir() else from_zip(place.read_bytes())
            found = import_files(
                actor=Actor.system(),
                files=files,
                write=options["apply"],
                mark_vanished=options["mark_vanished"],
            )
        except OSError as error:
            raise CommandError(f"{place}: {error.strerror}") from error
        except DomainError as error:
            if "plan" in error.extra:
                self.stdout.write("\n".join(lines(error.extra["plan"])))
            raise CommandError(error.detail) from error
        self.stdout.write("\n".join(lines(found)))
        if not found.is_applied and found.of(Verdict.REFUSED):
            raise CommandError("some rows are refused: --apply would write nothing")


def lines(found: Plan) -> list[str]:
    """One line a row that is not the same, and the counts."""
    told = []
    for entry in found.entries:
        if entry.verdict is Verdict.SAME:
            continue
        changes = "; ".join(f"{change.column}: {change.old!r} → {change.new!r}" for change in entry.changes)
        more = entry.reason or changes
        told.append(
            f"{entry.verdict:<8} {entry.where or entry.kind} {entry.title}{': ' if more else ''}{more}"
        )
    counts = ", ".join(f"{number} {verdict}" for verdict, number in found.counts.items())
    return [*told, ("written: " if found.is_applied else "dry run: ") + counts]
