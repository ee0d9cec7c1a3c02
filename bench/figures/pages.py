"""Pages as an operator's browser asks for them, one after the other."""

import os

from bench import load
from bench.client import Tally, request, run
from bench.figures import Figure, Needs, Result

ROUNDS = 150
WARM_UP = 10


def _get(path: str) -> Tally:
    """`path` many times over one connection of a signed-in operator."""
    message = request("GET", path, {"Cookie": load.session_of("bench1"), "Accept": "text/html"})
    port = int(os.environ["PORT"])
    run(port, [message] * WARM_UP, concurrency=2, good=lambda status: status == 200)
    return run(port, [message] * ROUNDS, concurrency=1, good=lambda status: status == 200)


def _p95(path: str) -> Result:
    tally = _get(path)
    return Result(tally.percentile(0.95), "ms", ROUNDS, f"p50 {tally.percentile(0.5):.1f} ms; GET {path}")


def _queue() -> Result:
    return _p95("/desk/")


def _ticket() -> Result:
    from tickets.models import Ticket

    newest = Ticket.objects.order_by("-pk").values_list("number", flat=True)[0]
    return _p95(f"/desk/tickets/{newest}/")


def _search() -> Result:
    return _p95("/desk/search/?q=basket+server")


FIGURES = [
    Figure("queue_page_p95_ms_1k", Needs.WEB, 1_000, _queue),
    Figure("queue_page_p95_ms_100k", Needs.WEB, 100_000, _queue),
    Figure("ticket_page_p95_ms", Needs.WEB, 100_000, _ticket),
    Figure("search_p95_ms_100k", Needs.WEB, 100_000, _search),
]
