"""`manage.py intake`: takes mail for the desk until it is told to stop."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error

from messaging.services.listening import Listener
from messaging.services.receiving import ensure_mailbox

RETRY_S = 10.0


class Command(BaseCommand):
    help = "Listen for mail by LMTP or SMTP, store it raw, and ring the router."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.MAIL_INTAKE_HOST)
        parser.add_argument("--port", type=int, default=settings.MAIL_INTAKE_PORT)
        parser.add_argument(
            "--socket", default=settings.MAIL_INTAKE_SOCKET, help="A unix socket instead of host and port."
        )
        parser.add_argument("--protocol", choices=["smtp", "lmtp"], default=settings.MAIL_INTAKE_PROTOCOL)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ensure_mailbox()
        except Error as error:
            # The door opens anyway and answers 451 until the database is back.
            self.stderr.write(f"intake: the database is away: {error}")
        asyncio.run(self._run(options))

    async def _run(self, options: dict[str, Any]) -> None:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        listener = Listener(
            host=options["host"], port=options["port"], path=options["socket"], protocol=options["protocol"]
        )
        if await self._open(listener, stop):
            await stop.wait()
        await listener.stop()

    async def _open(self, listener: Listener, stop: asyncio.Event) -> bool:
        """A place that is taken must not end the other processes of the stack: say so once and keep trying."""
        told = False
        while not stop.is_set():
            try:
                place = await listener.start()
            except OSError as error:
                if not told:
                    self.stderr.write(
                        f"intake: cannot listen on {_place(listener)} ({error.strerror}). {ADVICE}"
                    )
                told = True
            else:
                self.stdout.write(f"intake: listening on {place}")
                return True
            try:
                await asyncio.wait_for(stop.wait(), RETRY_S)
            except TimeoutError:
                continue
        return False


ADVICE = "Mail is not taken until it is free, or set MAIL_INTAKE_PORT to another port."


def _place(listener: Listener) -> str:
    return listener.path or f"{listener.host}:{listener.port}"
