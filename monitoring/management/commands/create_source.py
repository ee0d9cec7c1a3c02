"""manage.py create_source KIND --name TEXT: a new alert source; its token is printed once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.enums import Actor
from common.errors import DomainError
from monitoring.enums import RecoveryPolicy, SourceKind
from monitoring.services.sourcing import create_source


class Command(BaseCommand):
    help = "Create an alert source and print its token. It is shown this once and never again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=SourceKind.values, help="what posts the alerts")
        parser.add_argument("--name", required=True, help="how operators will see it")
        parser.add_argument(
            "--recovery", choices=RecoveryPolicy.values, default=RecoveryPolicy.UNTOUCHED.value
        )
        parser.add_argument(
            "--reopen-minutes",
            type=int,
            help="minutes after a recovery in which the same trigger continues its ticket (0: always a new one)",
        )
        parser.add_argument("--url", default="", help="address of its web pages, for links back")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            _source, token = create_source(
                actor=Actor.system(),
                kind=SourceKind(options["kind"]),
                name=options["name"],
                recovery_policy=RecoveryPolicy(options["recovery"]),
                reopen_minutes=options["reopen_minutes"],
                base_url=options["url"],
            )
        except DomainError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(token)
