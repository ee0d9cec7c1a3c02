"""The SLA sweep: idle, under a load of deadlines, and how late it notices a miss."""

import statistics
import time
from datetime import timedelta

from bench.figures import Figure, Needs, Result
from bench.world import say

IDLE_ROUNDS = 200
DUE = 1000
LATE_TICKETS = 300
LATE_SPREAD = 20.0


def _idle() -> Result:
    """Median of ticks that find nothing due."""
    from sla.models import Clock
    from sla.services.enforcing import tick

    tick()
    taken = []
    for _round in range(IDLE_ROUNDS):
        began = time.perf_counter()
        tick()
        taken.append(time.perf_counter() - began)
    running = Clock.objects.filter(next_at__isnull=False).count()
    return Result(statistics.median(taken) * 1000, "ms", IDLE_ROUNDS, f"{running:,} running clocks; median")


def _due() -> Result:
    """All warnings of a thousand clocks at once, until the sweep finds no more."""
    from django.db import connection

    from common.db import database_now
    from sla.models import Clock, ClockFiring
    from sla.services.enforcing import tick

    chosen = list(
        Clock.objects.filter(next_at__isnull=False).order_by("-pk").values_list("pk", flat=True)[:DUE]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sla_clock SET next_at = now(), ahead = jsonb_set(ahead, '{0,1}', to_jsonb(now()::text)) "
            "WHERE id = ANY(%s)",
            [chosen],
        )
    before = ClockFiring.objects.count()
    began = time.perf_counter()
    while Clock.objects.filter(next_at__lte=database_now()).exists():
        tick()
    took = time.perf_counter() - began
    return Result(took * 1000, "ms", ClockFiring.objects.count() - before, "fired, escalated, committed")


def _lateness() -> Result:
    """Tickets whose 90 seconds end within the next half minute; the running beat and worker notice the misses."""
    from accounts.models import Contact
    from accounts.queries import contact_actor
    from common import clock
    from sla.models import Breach
    from tickets.services.creating import create_ticket

    contact = Contact.objects.first()
    assert contact is not None
    actor, made = contact_actor(contact), []
    say(f"{LATE_TICKETS} unanswered tickets run into their deadline")
    now = clock.now()
    for number in range(LATE_TICKETS):
        ends = now + timedelta(seconds=8 + LATE_SPREAD * number / LATE_TICKETS)
        ticket = create_ticket(
            actor=actor, contact=contact, channel="portal", category="EM.APP", subject=f"Nobody answers {number}",
            body="Hello?", received_at=ends - timedelta(seconds=90), acknowledge=False,
        )  # fmt: skip
        made.append(ticket.pk)
    found = Breach.objects.filter(clock__ticket_id__in=made, clock__kind="FR")
    deadline = time.monotonic() + LATE_SPREAD + 40
    while found.count() < LATE_TICKETS and time.monotonic() < deadline:
        time.sleep(0.5)
    late = [
        (breach.detected_at - breach.clock.due_at).total_seconds() for breach in found.select_related("clock")
    ]
    if len(late) < LATE_TICKETS:
        raise SystemExit(f"only {len(late)} of {LATE_TICKETS} misses were noticed")
    p99 = statistics.quantiles(late, n=100, method="inclusive")[98]
    note = f"p50 {statistics.median(late) * 1000:.0f} ms, worst {max(late) * 1000:.0f} ms"
    return Result(p99 * 1000, "ms", len(late), note)


def _broken() -> Result:
    """A thousand unanswered tickets whose ninety seconds end in the same instant; the sweep is given that time.

    Their warnings have fired before. Each miss writes its firing, its record, the event and the clock of its review.
    """
    from accounts.models import Contact
    from accounts.queries import contact_actor
    from common import clock
    from sla.models import Breach
    from sla.services.enforcing import tick
    from tickets.services.creating import create_ticket

    contact = Contact.objects.first()
    assert contact is not None
    actor, received = contact_actor(contact), clock.now()
    say(f"{DUE:,} tickets that nobody answers")
    for number in range(DUE):
        create_ticket(
            actor=actor, contact=contact, channel="portal", category="EM.APP", subject=f"Nobody answers {number}",
            body="Hello?", received_at=received, acknowledge=False,
        )  # fmt: skip
    while tick(now=received + timedelta(seconds=89)).fired:
        pass
    found = Breach.objects.filter(kind="FR", breached_at=received + timedelta(seconds=90))
    began = time.perf_counter()
    while tick(now=received + timedelta(seconds=91)).fired:
        pass
    took = time.perf_counter() - began
    if found.count() != DUE:
        raise SystemExit(f"{found.count()} of {DUE} misses were recorded")
    return Result(
        took * 1000, "ms", DUE, "first responses missed: fired, recorded, escalated, review owed, committed"
    )


MILLION = 250_000
"""Tickets with a million running clocks."""
FIGURES = [
    Figure("sla_tick_idle_ms_1k", Needs.DATABASE, 1_000, _idle),
    Figure("sla_tick_idle_ms_10k", Needs.DATABASE, 2_500, _idle),
    Figure("sla_tick_idle_ms_100k", Needs.DATABASE, 100_000, _idle),
    Figure("sla_tick_due1000_ms", Needs.DATABASE, 100_000, _due),
    Figure("breach_lateness_p99_ms", Needs.STACK, 100_000, _lateness),
    Figure("sla_tick_idle_ms_1m", Needs.DATABASE, MILLION, _idle),
    Figure("sla_tick_due1000_1m_ms", Needs.DATABASE, MILLION, _due),
    Figure("sla_breach1000_1m_ms", Needs.DATABASE, MILLION, _broken),
    Figure("breach_lateness_p99_ms_1m", Needs.STACK, MILLION, _lateness),
]
