"""manage.py import_netbox NAME [--apply] [--changes]: what a NetBox would change; with --apply, change it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.enums import Actor
from assets.management.commands.import_registry import lines
from assets.services.netbox.syncing import sync
from common.errors import DomainError


class Command(BaseCommand):
    help = "Compare a configured NetBox with the registry; --apply writes what can be written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="as in NETBOX_SOURCES")
        parser.add_argument("--apply", action="store_true", help="write; without it nothing is changed")
        parser.add_argument(
            "--changes", action="store_true", help="only what has changed since the last reading"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = sync(
                actor=Actor.system(),
                name=options["name"],
                write=options["apply"],
                full=not options["changes"],
            )
        except DomainError as error:
            raise CommandError(error.detail) from error
        self.stdout.write("\n".join(lines(found)))
