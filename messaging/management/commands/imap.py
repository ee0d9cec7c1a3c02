"""`manage.py imap`: fetches mail from mailboxes that cannot be pushed, until it is told to stop."""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from messaging.services.fetching import ImapSource, watch
from messaging.services.keeping_on import run_until_stopped


class Command(BaseCommand):
    help = "Watch the mailboxes of IMAP_SOURCES with IDLE, store each mail raw, then move it away."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sources = [ImapSource.of(name, given) for name, given in settings.IMAP_SOURCES.items()]
        except ValueError as error:
            raise CommandError(str(error)) from error
        if not sources:
            raise CommandError("No mailbox is named: set IMAP_SOURCES (docs/mail.md).")
        self.stdout.write(f"imap: watching {', '.join(source.address for source in sources)}")
        run_until_stopped("imap", [partial(watch, source) for source in sources])
