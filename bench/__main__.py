"""Run the figures: `python -m bench`, with ONLY=name (or a comma-separated list) for some of them.

MOST=100000 leaves out those that need more tickets than that.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench import load, world
from bench.figures import Figure, Needs, all_figures

PROTOTYPES = 10


def main() -> None:
    only = {name for name in os.environ.get("ONLY", "").split(",") if name}
    world.prepare_environment()
    with world.database():
        figures = [figure for figure in all_figures() if not only or figure.name in only]
        if not figures:
            raise SystemExit(f"there is no figure {', '.join(sorted(only))}")
        load.people()
        desk = Desk()
        most = int(os.environ.get("MOST", "1000000"))
        for size in sorted({figure.tickets for figure in figures if figure.tickets <= most}):
            for needs in Needs:
                measure([f for f in figures if f.needs == needs and f.tickets == size], needs, size, desk)


class Desk:
    """How far the database is filled; it only grows, so small figures come first."""

    def __init__(self) -> None:
        self.originals: list[int] = []
        self.copies = 0

    def grow(self, tickets: int) -> None:
        if not self.originals:
            self.originals = load.prototypes()
        wanted = tickets // PROTOTYPES
        if wanted > self.copies:
            load.copies(self.originals, self.copies + 1, wanted)
            self.copies = wanted


def measure(figures: list[Figure], needs: Needs, size: int, desk: Desk) -> None:
    """Fill the database, start what the figures need, print one line each."""
    if not figures:
        return
    desk.grow(size)
    with ExitStack() as running:
        running.enter_context(_beside(needs))
        for figure in figures:
            world.say(f"measuring {figure.name}")
            result = figure.measure()
            line = {"name": figure.name, "value": round(result.value, 2), "unit": result.unit, "n": result.n}
            print(json.dumps({**line, "note": result.note}, ensure_ascii=False), flush=True)


@contextmanager
def _beside(needs: Needs) -> Iterator[None]:
    starters = {Needs.WEB: world.web, Needs.STACK: world.stack}
    if needs not in starters:
        yield
        return
    with starters[needs]():
        yield


if __name__ == "__main__":
    sys.exit(main())
