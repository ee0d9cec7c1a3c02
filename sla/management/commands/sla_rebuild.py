"""`manage.py sla_rebuild [--check]`: are the stored clocks what the events say?"""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sla.services import rebuilding


class Command(BaseCommand):
    help = "Rebuild stored clocks from the events; with --check only report differences (exit 1 if any)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        count = 0
        for drift in rebuilding.check(repair=not check):
            count += 1
            line = {"ticket": drift.number, "clock": drift.clock, "differences": drift.fields}
            self.stdout.write(json.dumps(line, default=str))
        self.stderr.write(f"{count} clocks differed" if check else f"{count} clocks repaired")
        if check and count:
            raise SystemExit(1)
