"""A site loses one of its lines: ten thousand alerts of one cause as fast as they can be taken, and the desk goes on."""

import json
import os
import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from bench import load
from bench.client import Tally, request, run
from bench.figures import Figure, Needs, Result
from bench.figures.rates import problem
from bench.world import say

ALERTS, CONCURRENCY = 10_000, 8
STRIPS, CLIENTS = 200, 500
# The cause is not the first that is heard of: so many of its symptoms come before it.
BEFORE_THE_CAUSE = 20
HOSTS_FROM = 5_000_000
EVENTS = (2 * HOSTS_FROM - 1, 2 * HOSTS_FROM + ALERTS)
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Storm:
    alerts: Tally
    calm: Tally
    during: Tally
    opened_after: float
    settled_after: float


def registry() -> None:
    """One line with a panel, strips on it, and single-fed servers of clients, each watched."""
    from accounts.models import Customer
    from assets.models import Equipment, PowerInput, Service, Site

    site = Site.objects.create(code="storm", name="Storm")
    line = Equipment.objects.create(
        name="storm-line", kind="utility", site=site, monitored_host_ids=[HOSTS_FROM - 1]
    )
    strips = Equipment.objects.bulk_create(
        Equipment(name=f"storm-pdu-{number}", kind="pdu", site=site) for number in range(STRIPS)
    )
    clients = Customer.objects.bulk_create(
        Customer(code=f"storm-{number}", name=f"Storm {number}") for number in range(CLIENTS)
    )
    servers = Equipment.objects.bulk_create(
        Equipment(
            name=f"storm-{number}", kind="server", site=site, owner=clients[number % CLIENTS],
            monitored_host_ids=[HOSTS_FROM + number],
        )
        for number in range(ALERTS)
    )  # fmt: skip
    PowerInput.objects.bulk_create(PowerInput(equipment=one, name="PSU1", provider=line) for one in strips)
    PowerInput.objects.bulk_create(
        (
            PowerInput(equipment=one, name="PSU1", provider=strips[number % STRIPS])
            for number, one in enumerate(servers)
        ),
        batch_size=2_000,
    )
    Service.objects.bulk_create(
        Service(customer=one.owner, name=one.name, runs_on=one) for one in servers if one.owner
    )


def _alerts() -> list[bytes]:
    headers = {"Authorization": f"Bearer {load.source_token()}", "Content-Type": "application/json"}
    hosts = list(range(HOSTS_FROM, HOSTS_FROM + ALERTS - 1))
    hosts.insert(BEFORE_THE_CAUSE, HOSTS_FROM - 1)
    return [
        request(
            "POST", "/api/monitoring/zabbix/v1/events", headers,
            json.dumps({**problem(HOSTS_FROM + host), "host_id1": str(host)}).encode(),
        )
        for host in hosts
    ]  # fmt: skip


@cache
def _storm() -> Storm:
    say("building a registry of 10,000 servers")
    registry()
    port, messages = int(os.environ["PORT"]), _alerts()
    page = request("GET", "/desk/", {"Cookie": load.session_of("bench1"), "Accept": "text/html"})
    run(port, [page] * 10, concurrency=1, good=lambda status: status == 200)
    calm, calmed = Tally(), threading.Event()
    threading.Timer(20, calmed.set).start()
    _read(port, page, calm, calmed)
    say(f"{ALERTS:,} alerts, {CONCURRENCY} at a time")
    during, over = Tally(), threading.Event()
    reader = threading.Thread(target=_read, args=(port, page, during, over))
    reader.start()
    alerts = run(port, messages, concurrency=CONCURRENCY, good=lambda status: status in (200, 202))
    over.set()
    reader.join()
    opened_after, settled_after = _settled()
    return Storm(alerts, calm, during, opened_after, settled_after)


def _read(port: int, page: bytes, tally: Tally, over: threading.Event) -> None:
    """Five pages a second, as a shift that looks on; calm and storm are read in the same way."""
    while not over.wait(0.2):
        tally.seconds += run(port, [page], concurrency=1, good=lambda status: status == 200).seconds


def _settled() -> tuple[float, float]:
    """Wait until everything has its place, and check that nothing is lost and nothing is there twice."""
    from django.db.models import Min

    from monitoring.models import Delivery, Incident, Problem

    mine = Problem.objects.filter(event_id__range=EVENTS)
    began, deadline = time.monotonic(), time.monotonic() + PATIENCE
    while time.monotonic() < deadline and (_loose(mine) or _open_tickets() > 1):
        time.sleep(0.2)
    waited = time.monotonic() - began
    incidents = list(Incident.objects.exclude(state="merged"))
    found = (len(incidents), mine.count(), _loose(mine), _open_tickets())
    if found != (1, ALERTS, 0, 1):
        raise SystemExit(f"incidents, problems, problems outside, open tickets: {found}")
    first = Delivery.objects.filter(event_id__range=EVENTS).aggregate(at=Min("received_at"))["at"]
    return (incidents[0].opened_at - first).total_seconds(), waited


def _loose(mine: Any) -> int:
    return int(mine.filter(incident__isnull=True).count())


def _open_tickets() -> int:
    """Of the storm: those that are about one of its problems, and that of the incident."""
    from monitoring.models import Incident
    from tickets.enums import OPEN
    from tickets.models import Ticket

    own = Ticket.objects.filter(state__in=OPEN, problems__event_id__range=EVENTS).distinct().count()
    return own + Incident.objects.filter(ticket__state__in=OPEN).count()


def _rate() -> Result:
    storm = _storm()
    note = f"concurrency {CONCURRENCY}; all in their place {storm.settled_after:.1f} s after the last"
    return Result(storm.alerts.rate, "/s", ALERTS, note)


def _opened() -> Result:
    return Result(
        _storm().opened_after, "s", 1, f"first alert to incident, the cause is alert {BEFORE_THE_CAUSE + 1}"
    )


def _queue() -> Result:
    storm = _storm()
    calm, during = storm.calm.percentile(0.95), storm.during.percentile(0.95)
    middle = storm.during.percentile(0.5), storm.calm.percentile(0.5)
    note = f"p95 {during:.0f} ms against {calm:.0f} ms; p50 {middle[0]:.0f} against {middle[1]:.0f}"
    return Result(during / calm, "x calm", len(storm.during.seconds), note)


FIGURES = [
    Figure("storm_rate", Needs.STACK, 100_000, _rate),
    Figure("storm_incident_s", Needs.STACK, 100_000, _opened),
    Figure("storm_queue_ratio", Needs.STACK, 100_000, _queue),
]
