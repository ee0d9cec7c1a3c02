"""Tickets a second through the front door, beside what the database could take from bare inserts."""

import json
import os
import threading
import time
from functools import cache
from itertools import count
from typing import Any

from bench import load
from bench.client import Tally, request, run
from bench.figures import Figure, Needs, Result
from bench.world import say

CONCURRENCY = 8
REQUESTS = 2_000
_events = count(900_000_000)


def problem(event_id: int) -> dict[str, str]:
    """A body as a Zabbix 6.0 server sends it."""
    return {
        "schema": "1", "event_id": str(event_id), "event_source": "0", "event_object": "0", "event_value": "1",
        "update_status": "0", "recovery_id": "{EVENT.RECOVERY.ID}", "event_ts": "{EVENT.TIMESTAMP}",
        "event_name": f"Ping lost on unit {event_id}", "nseverity": "4", "opdata": "loss=100 %",
        "tags": '[{"tag":"scope","value":"network"},{"tag":"site","value":"dc1"}]', "trigger_id": str(event_id),
        "trigger_description": "", "host_id1": str(event_id), "host1": f"unit-{event_id}",
        "host_name1": f"Unit {event_id}", "host_ip1": "127.1.0.1", "host_groups": "Bench", "ack_status": "No",
        "subject": "Problem", "message": "Problem", "zabbix_url": "{$ZABBIX.URL}",
    }  # fmt: skip


@cache
def _webhooks() -> Tally:
    from tickets.models import Ticket

    headers = {"Authorization": f"Bearer {load.source_token()}", "Content-Type": "application/json"}
    messages = [
        request(
            "POST", "/api/monitoring/zabbix/v1/events", headers, json.dumps(problem(next(_events))).encode()
        )
        for _number in range(REQUESTS + 50)
    ]
    before = Ticket.objects.filter(channel="monitoring").count()
    port = int(os.environ["PORT"])
    run(port, messages[:50], concurrency=CONCURRENCY, good=lambda status: status in (200, 202))
    say(f"{REQUESTS} new problems, {CONCURRENCY} at a time")
    tally = run(port, messages[50:], concurrency=CONCURRENCY, good=lambda status: status == 200)
    made = Ticket.objects.filter(channel="monitoring").count() - before
    if made != REQUESTS + 50:
        raise SystemExit(f"{REQUESTS + 50} problems made {made} tickets")
    return tally


def _webhook_rate() -> Result:
    tally = _webhooks()
    return Result(tally.rate, "/s", REQUESTS, f"concurrency {CONCURRENCY}; new problem to committed ticket")


def _webhook_p95() -> Result:
    tally = _webhooks()
    return Result(tally.percentile(0.95), "ms", REQUESTS, f"at full rate; p50 {tally.percentile(0.5):.1f} ms")


def _rest() -> Result:
    headers = {"Authorization": f"Bearer {load.api_token('bench1')}", "Content-Type": "application/json"}
    body = {
        "subject": "A request through the API",
        "body": "Please add two gigabytes of memory.",
        "category": "CR.RES",
    }
    messages = [
        request("POST", "/api/v1/tickets/", headers, json.dumps({**body, "subject": f"Request {n}"}).encode())
        for n in range(REQUESTS)
    ]
    port = int(os.environ["PORT"])
    run(port, messages[:50], concurrency=CONCURRENCY, good=lambda status: status == 201)
    tally = run(port, messages[50:], concurrency=CONCURRENCY, good=lambda status: status == 201)
    return Result(
        tally.rate, "/s", len(tally.seconds), f"p95 {tally.percentile(0.95):.1f} ms; whole stack running"
    )


def _rows_of_one_webhook_ticket() -> list[tuple[str, list[str], list[Any]]]:
    """Table, columns and values of everything that one alert writes."""
    from django.db import connection

    from monitoring.models import Delivery, Problem
    from sla.models import Clock
    from tickets.models import Message, Ticket, TicketEvent

    ticket = Ticket.objects.filter(channel="monitoring").order_by("-pk")[0]
    found = Problem.objects.get(ticket=ticket)
    wanted = [
        (Ticket, {"id": ticket.pk}), (Message, {"ticket_id": ticket.pk}), (TicketEvent, {"ticket_id": ticket.pk}),
        (Clock, {"ticket_id": ticket.pk}), (Delivery, {"event_id": found.event_id}), (Problem, {"id": found.pk}),
    ]  # fmt: skip
    rows = []
    for model, key in wanted:
        table = model._meta.db_table
        columns = [
            field.column
            for field in model._meta.concrete_fields
            if not field.generated and not field.primary_key
        ]
        with connection.cursor() as cursor:
            names = ", ".join(f'"{column}"' for column in columns)
            column, value = next(iter(key.items()))
            cursor.execute(f'SELECT {names} FROM "{table}" WHERE "{column}" = %s', [value])
            rows += [(table, columns, list(row)) for row in cursor.fetchall()]
    return rows


def _limit() -> Result:
    """The same rows by bare psycopg2: one connection a thread, one commit a ticket, no Django, no HTTP."""
    from psycopg2.extras import Json

    rows, per_thread = _rows_of_one_webhook_ticket(), 500
    unique = {"number", "dedup_key", "event_id", "dedupe_key", "sha256"}
    fresh = count(1)

    def statement(cursor: Any, number: int) -> None:
        ticket_id = None
        for table, columns, values in rows:
            own = [
                _fresh(column, value, number) if column in unique else value
                for column, value in zip(columns, values, strict=True)
            ]
            if "ticket_id" in columns and ticket_id:
                own[columns.index("ticket_id")] = ticket_id
            names, marks = ", ".join(f'"{c}"' for c in columns), ", ".join(["%s"] * len(columns))
            own = [Json(value) if isinstance(value, dict | list) else value for value in own]
            cursor.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks}) RETURNING id', own)
            if table == "tickets_ticket":
                ticket_id = cursor.fetchone()[0]

    def work() -> None:
        connection = _bare_connection()
        with connection.cursor() as cursor:
            for _number in range(per_thread):
                statement(cursor, next(fresh))
                connection.commit()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(CONCURRENCY)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = per_thread * CONCURRENCY
    took = time.perf_counter() - began
    return Result(
        total / took, "/s", total, f"{len(rows)} rows a commit, concurrency {CONCURRENCY}, bare psycopg2"
    )


def _fresh(column: str, value: Any, number: int) -> Any:
    """A value of the same type that no row has yet."""
    if value is None:
        return None
    if column == "event_id":
        return 950_000_000 + number
    return f"L{number:07d}" if column == "number" else f"limit-{number}"


def _bare_connection() -> Any:
    import psycopg2
    from django.db import connection

    parameters = connection.get_connection_params()
    wanted = ("dbname", "user", "password", "host", "port")
    return psycopg2.connect(**{name: parameters[name] for name in wanted if parameters.get(name)})


FIGURES = [
    Figure("webhook_rate", Needs.STACK, 100_000, _webhook_rate),
    Figure("webhook_p95_ms", Needs.STACK, 100_000, _webhook_p95),
    Figure("rest_create_rate", Needs.STACK, 100_000, _rest),
    Figure("limit_insert_commit_rate", Needs.STACK, 100_000, _limit),
]
