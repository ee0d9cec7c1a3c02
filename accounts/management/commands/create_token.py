"""manage.py create_token --user NAME [--label TEXT] [--days N]: a new API token, printed once."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services.tokens import create_token
from common import clock


class Command(BaseCommand):
    help = "Create an API token for a user and print it. It is shown this once and never again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, help="user name")
        parser.add_argument("--label", default="command line", help="what the token is for")
        parser.add_argument("--days", type=int, help="valid for so many days (default: until revoked)")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user named “{options['user']}”.")
        expires = clock.now() + timedelta(days=options["days"]) if options["days"] else None
        _token, text = create_token(user=user, label=options["label"], expires_at=expires)
        self.stdout.write(text)
