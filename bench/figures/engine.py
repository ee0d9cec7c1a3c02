"""The fold itself, and the walk that proves every stored clock: the cost of being able to explain."""

import json
import os
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from bench.figures import Figure, Needs, Result
from bench.world import ROOT, say

EVENTS = 200
ROUNDS = 500
START = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
# What happens again and again, as (state or None for a message, line, who speaks): two thirds is talk, as on a real
# ticket; every third stretch waits for the customer, and the lines hand it over and back.
TALK = tuple((None, 0, who) for who in ("reply", "customer", "customer", "reply"))
ROUND = (
    *TALK,
    ("queued", 2, ""),
    ("in_progress", 2, ""),
    *TALK,
    ("pending_customer", 2, ""),
    (None, 0, "customer"),
    ("in_progress", 2, ""),
    (None, 0, "reply"),
    ("queued", 1, ""),
    ("in_progress", 1, ""),
    (None, 0, "reply"),
)


def long_life(events: int):  # type: ignore[no-untyped-def]
    """A busy ticket: messages, questions that wait for answers, hand-overs there and back, all of it promised."""
    from sla.engine.events import Event, Type

    said = {"public": True, "human": True}
    created = {"channel": "portal", "customer_id": 1, "tier": "basic"}
    log = [
        Event(START, Type.CREATED, "new", 1, 3, "CR.RES", created),
        Event(START, Type.MOVED, "triage", 1, 3, "CR.RES", {"transition": "accept"}),
        Event(START, Type.MOVED, "in_progress", 1, 3, "CR.RES", {"transition": "classify", "mode": "retro"}),
    ]
    while len(log) < events:
        state, line, kind = ROUND[(len(log) - 3) % len(ROUND)]
        at = START + timedelta(minutes=7 * len(log))
        if state:
            log.append(Event(at, Type.MOVED, state, line, 3, "CR.RES", {"transition": "move"}))
        else:
            log.append(Event(at, Type.MESSAGE, None, None, None, None, {**said, "kind": kind}))
    return log


def _fold() -> Result:
    """One fold of a ticket with two hundred events under the seeded policy, as each new event of it costs one."""
    from sla.engine.fold import fold
    from sla.services.loading import rules

    policy, log = rules().policy, long_life(EVENTS)
    assert len(log) == EVENTS
    clocks = len(fold(log, policy).clocks)
    taken = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        fold(log, policy, explain=False)
        taken.append((time.perf_counter() - began) * 1000)
    p95 = statistics.quantiles(taken, n=20)[18]
    return Result(
        statistics.median(taken),
        "ms",
        ROUNDS,
        f"median; best {min(taken):.2f}, p95 {p95:.2f} ms; {clocks} clocks",
    )


CHECK = """
import json, resource, time, django
django.setup()
from sla.services import rebuilding
began = time.perf_counter()
found = sum(1 for _drift in rebuilding.check(until={until}))
took = time.perf_counter() - began
print(json.dumps([found, took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def _rebuild() -> Result:
    """What `sla_rebuild --check` does, in a process of its own: first a tenth of the tickets, then all of them."""
    from tickets.models import Ticket

    keys = Ticket.objects.order_by("pk").values_list("pk", flat=True)
    tenth, whole = keys[keys.count() // 10], keys.count()
    _drifts, _seconds, small = _checked(tenth)
    drifts, seconds, large = _checked(None)
    if drifts:
        raise SystemExit(f"{drifts} clocks differ from a replay")
    note = f"{whole / seconds:.0f} tickets/s; peak {large:.0f} MB, {large / small:.2f} × that of a tenth; no drift"
    return Result(seconds, "s", whole, note)


def _checked(until: int | None) -> tuple[int, float, float]:
    """Drifts, seconds and peak resident memory in MB."""
    say(f"checking {'a tenth of' if until else 'all'} tickets against their events")
    done = subprocess.run(
        [sys.executable, "-c", CHECK.format(until=until)],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    drifts, seconds, peak = json.loads(done.stdout)
    return int(drifts), float(seconds), float(peak)


FIGURES = [
    Figure("sla_fold_200_ms", Needs.DATABASE, 1_000, _fold),
    Figure("sla_rebuild_100k", Needs.DATABASE, 100_000, _rebuild),
]
