"""`manage.py stack`: the whole desk on this machine, from nothing."""

import os
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections
from django.db.migrations.exceptions import InconsistentMigrationHistory

from accounts.models import User
from helpdesk import checks, welcome
from helpdesk.stack import embedded, places, plan
from helpdesk.stack.errors import StackError
from helpdesk.stack.layout import Layout


class Command(BaseCommand):
    help = "Start the desk: embedded PostgreSQL and Redis unless named, web, workers, clock, schedule, mail intake."
    requires_system_checks = ()
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.time() - process_age()
        try:
            ready = self.prepare(started)
        except (StackError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped before it was ready.") from None
        connections.close_all()
        sys.stdout.flush()
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", "helpdesk.stack.supervisor", ready.dump()])  # noqa: S606 — becomes the supervisor

    def prepare(self, started: float) -> plan.Plan:
        """Claim the places, start the services, bring the data up to date. Raises `StackError` in one sentence."""
        host = os.environ.get("HOST") or "127.0.0.1"
        port = places.port_number(os.environ.get("PORT") or "8000", "PORT")
        if settings.EMBEDDED and not places.is_loopback(host):
            raise StackError(
                f"HOST={host} can be reached from outside, and this mode has demo users with a known password: "
                "use 127.0.0.1, or set DATABASE_URL and REDIS_URL."
            )
        layout = embedded.prepare(settings.DATA_DIR)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        lock = places.only_one(layout)
        listening = places.listen(host, port).detach()
        mail = "intake" in get_commands()
        mail_port = places.mail_port(
            os.environ.get("MAIL_INTAKE_PORT"), settings.MAIL_INTAKE_HOST, settings.MAIL_INTAKE_PORT
        )
        users = self.hold_services(layout)
        self.bring_up_to_date()
        return plan.Plan(
            commands=plan.commands(
                listening,
                mail=mail,
                imap=bool(settings.IMAP_SOURCES),
                telegram=any(bot["updates"] == "poll" for bot in settings.TELEGRAM_BOTS.values()),
            ),
            environment=environment(host, port, mail_port),
            address=f"http://{f'[{host}]' if ':' in host else host}:{port}/",
            host=host,
            port=port,
            started=started,
            listening=listening,
            locks=[lock],
            users=users,
            data_dir=str(settings.DATA_DIR),
            welcome=welcome.text(f"{settings.MAIL_INTAKE_HOST}:{mail_port}" if mail else ""),
        )

    def hold_services(self, layout: Layout) -> int:
        """The descriptor that keeps the embedded services running, or -1."""
        if not settings.EMBEDDED:
            return -1
        self.stdout.write("Starting PostgreSQL and Redis ...")
        lease = embedded.acquire(layout.data)
        os.set_inheritable(lease.users, True)
        return lease.users

    def bring_up_to_date(self) -> None:
        """Migrate; fill an empty embedded database with the demo (DEMO=0: not); refuse a foreign one that has it."""
        self.stdout.write("Bringing the database up to date ...")
        try:
            call_command("migrate", interactive=False, verbosity=0)
            empty = not User.objects.exists()
        except (DatabaseError, InconsistentMigrationHistory) as error:
            reason = " ".join(str(error).split())
            raise StackError(f"The database cannot be brought up to date: {reason}") from error
        checks.refuse_demo_users()
        wanted = os.environ.get("DEMO", "1") != "0"
        if settings.EMBEDDED and empty and wanted and "seed_demo" in get_commands():
            self.stdout.write("Filling the empty desk with the demo organisation ...")
            call_command("seed_demo")


def process_age() -> float:
    """Seconds since this process began, so that the time to ready includes loading Django."""
    # The name in parentheses may hold anything; the fields after it are numbers.
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def environment(host: str, port: int, mail_port: int) -> dict[str, str]:
    """What the children see beside our own environment."""
    return {
        "DATA_DIR": str(settings.DATA_DIR),
        "HOST": host,
        "PORT": str(port),
        "MAIL_INTAKE_PORT": str(mail_port),
        "PYTHONUNBUFFERED": "1",
        # Every process refuses unsafe settings as it loads; Django's own checks are CI's, not each worker's.
        "CELERY_SKIP_CHECKS": "1",
    }
