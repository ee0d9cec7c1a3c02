"""`manage.py seed_demo`: the demo organisation, into an empty database of the embedded mode only."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Customer, User
from helpdesk import demo
from helpdesk.demo.accounts import LOGINS
from tickets.models import Ticket


class Command(BaseCommand):
    help = "Fill an empty desk with the demo organisation (embedded mode only: everybody knows its password)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force",
            action="store_true",
            help="also beside users who are there already; never beside customers or tickets, never outside the embedded mode",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError(
                "The demo has users with a known password, so it exists in the embedded mode only: "
                "unset DATABASE_URL and REDIS_URL. --force does not change that."
            )
        beside_users = options["force"] and not User.objects.filter(username__in=LOGINS.values()).exists()
        if (
            Customer.objects.exists()
            or Ticket.objects.exists()
            or (User.objects.exists() and not beside_users)
        ):
            raise CommandError("This desk is not empty: the demo goes into an empty database only.")
        started = time.monotonic()
        made = demo.seed()
        self.stdout.write(
            f"The demo is ready in {time.monotonic() - started:.1f} s: {made.tickets} tickets, {made.open} of them open, "
            f"{made.articles} articles. Token of the alert source: {made.token_file}"
        )
