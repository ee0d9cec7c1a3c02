"""manage.py export_registry DIR|FILE.zip: the registry as the files that import_registry takes."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assets.services.exchange.exporting import export_files, export_zip


class Command(BaseCommand):
    help = "Write the registry as CSV files into a folder, or into one ZIP archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("place", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        place: Path = options["place"]
        try:
            if place.suffix.lower() == ".zip":
                place.write_bytes(export_zip())
                return
            place.mkdir(parents=True, exist_ok=True)
            for name, data in export_files().items():
                (place / name).write_bytes(data)
        except OSError as error:
            raise CommandError(f"{place}: {error.strerror}") from error
