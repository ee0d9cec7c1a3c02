"""`manage.py sla_rebuild [--check]`: are the stored clocks what the events say?"""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sla.services import rebuilding


class Command(BaseCommand):
    help = "Repair stored clocks that differ from the events (exit 1 if any is left); with --check only report (exit 1 if any)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        count = left = 0
        for drift in rebuilding.check(repair=not check):
            count += 1
            left += not drift.mended
            line = {"ticket": drift.number, "clock": drift.clock, "differences": drift.fields}
            self.stdout.write(json.dumps(line | ({} if check else {"repaired": drift.mended}), default=str))
        self.stderr.write(
            f"{count} clocks differed" if check else f"{count - left} clocks repaired, {left} could not be"
        )
        if left:
            raise SystemExit(1)
