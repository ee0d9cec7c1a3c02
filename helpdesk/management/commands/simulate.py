"""`manage.py simulate`: a running desk gets alerts, requests and replies, as in life."""

import logging
from argparse import ArgumentParser
from pathlib import Path
from random import Random
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpdesk.checks import DEMO_PASSWORD
from helpdesk.simulation.running import MAX_MINUTES, MAX_RATE, Simulation, is_loopback
from helpdesk.simulation.story import LostLine
from helpdesk.simulation.zabbix import Zabbix


class Command(BaseCommand):
    help = "Send realistic alerts, portal requests and replies to a running desk, over HTTP only."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--minutes", type=float, default=2.0, help="how long (default 2)")
        parser.add_argument(
            "--story",
            choices=["lost-line"],
            help="play one story instead: the demo's site loses a power line",
        )
        parser.add_argument("--rate", type=float, default=30.0, help="events a minute (default 30)")
        parser.add_argument(
            "--url", default=settings.BASE_URL, help="address of the desk (default %(default)s)"
        )
        parser.add_argument("--token", help="token of the alert source (default: the demo's)")
        parser.add_argument("--password", default=DEMO_PASSWORD, help="password of the portal users")
        parser.add_argument("--random", type=int, default=None, help="a number that makes runs alike")
        parser.add_argument(
            "--yes-remote", action="store_true", help="allow an address that is not this machine"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)
        simulation = self._simulation(options)
        if options["story"]:
            self._tell(simulation)
            return
        self.stdout.write(
            f"{simulation.rate:g} events a minute for {simulation.minutes:g} min to {simulation.url}; Ctrl-C stops"
        )
        try:
            simulation.run(self.stdout.write)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        for line in simulation.meter.summary():
            self.stdout.write(line)
        if simulation.meter.failed:
            raise CommandError(f"{simulation.meter.failed} requests were not accepted.")

    def _tell(self, simulation: Simulation) -> None:
        with httpx.Client(base_url=simulation.url, timeout=15) as client:
            zabbix = Zabbix(client, simulation.token, simulation.meter, simulation.rng)
            LostLine(zabbix, simulation.minutes).play(self.stdout.write)
        if simulation.meter.failed:
            raise CommandError(f"{simulation.meter.failed} alerts were not accepted.")

    def _simulation(self, options: dict[str, Any]) -> Simulation:
        url, minutes, rate = options["url"].rstrip("/"), options["minutes"], options["rate"]
        if not 0 < minutes <= MAX_MINUTES or not 0 < rate <= MAX_RATE:
            raise CommandError(
                f"Between 0 and {MAX_MINUTES:g} minutes, and 0 and {MAX_RATE:g} events a minute."
            )
        if not is_loopback(url) and not options["yes_remote"]:
            raise CommandError(
                f"{url} is not this machine: it would open real tickets. --yes-remote if you mean it."
            )
        token = options["token"] or _demo_token(settings.DATA_DIR / "demo-zabbix-token")
        _must_answer(url)
        return Simulation(url, token, options["password"], minutes, rate, Random(options["random"]))  # noqa: S311 — dice for a play


def _demo_token(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise CommandError(f"There is no token of a demo in {path}: name one with --token.") from error


def _must_answer(url: str) -> None:
    try:
        httpx.get(f"{url}/healthz", timeout=5)
    except httpx.HTTPError as error:
        raise CommandError(f"No desk answers at {url}: start it with make run.") from error
