"""Mail: how soon it is a ticket, how fast the door and the outbox are, and what a large mail costs the door."""

import os
import smtplib
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import world
from bench.figures import Figure, Needs, Result
from bench.world import say

CONCURRENCY = 8
DOOR_MAILS, PACED_MAILS, OUTBOX_MAILS = 3_000, 600, 1_000
PER_SECOND = 20
LARGE = 25 * 1024 * 1024


def _mail(number: int, run: str, size: int = 0) -> bytes:
    body = b"The shop answers 502 since ten minutes.\r\n" * 20
    if size:
        body = (b"QUJDRA==" * 9 + b"\r\n") * (size // 74)
    head = (
        f"From: Person {number} <p{number}@bench.example>\r\nTo: support@desk.example\r\n"
        f"Subject: bench {run} {number}\r\nMessage-ID: <{run}.{number}@bench.example>\r\n\r\n"
    )
    return head.encode() + body


def _send(smtp: smtplib.SMTP, number: int, run: str, size: int = 0) -> None:
    smtp.sendmail(f"p{number}@bench.example", ["support@desk.example"], _mail(number, run, size))


@contextmanager
def _door() -> Iterator[tuple[int, int]]:
    """The intake alone; yields its port and process id."""
    port = world.free_port()
    command = [sys.executable, str(world.ROOT / "manage.py"), "intake", "--port", str(port)]
    with world.process(command, ready=lambda: _answers(port)) as pid:
        yield port, pid


def _answers(port: int) -> bool:
    try:
        smtplib.SMTP("127.0.0.1", port, timeout=2).quit()
    except OSError:
        return False
    return True


def _door_rate() -> Result:
    with _door() as (port, _pid):

        def work(worker: int) -> None:
            with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
                for number in range(worker, DOOR_MAILS, CONCURRENCY):
                    _send(smtp, number, "door")

        say(f"{DOOR_MAILS} mails, {CONCURRENCY} connections")
        began = time.perf_counter()
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(work, range(CONCURRENCY)))
        took = time.perf_counter() - began
    _settle("door", DOOR_MAILS)
    return Result(
        DOOR_MAILS / took, "/s", DOOR_MAILS, f"committed before 250, {CONCURRENCY} connections, intake alone"
    )


def _settle(run: str, number: int) -> None:
    """Count what was stored, and keep it from the router: another figure must not pay for it."""
    from messaging.models import InboundMessage

    rows = InboundMessage.objects.filter(message_id__startswith=f"<{run}.")
    if rows.count() != number:
        raise SystemExit(f"{number} mails were taken and {rows.count()} are stored")
    rows.update(state="ignored", reason="bench")


def _large() -> Result:
    with _door() as (port, pid):
        before = _peak(pid)

        def work(number: int) -> None:
            with smtplib.SMTP("127.0.0.1", port, timeout=120) as smtp:
                _send(smtp, number, "large", LARGE)

        say(f"{CONCURRENCY} mails of 25 MB at once")
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(work, range(CONCURRENCY)))
        peak = _peak(pid)
    _settle("large", CONCURRENCY)
    return Result(
        peak,
        "MB",
        CONCURRENCY,
        f"peak of the intake while {CONCURRENCY} mails of 25 MB arrive at once; {before:.0f} MB before",
    )


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _outbox() -> Result:
    from aiosmtpd.controller import Controller
    from django.test import override_settings

    from messaging.services.delivering import send_due
    from messaging.services.sending import Draft, enqueue_all

    class Taker:
        async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 — the library's name
            return "250 taken"

    port = world.free_port()
    sink = Controller(Taker(), hostname="127.0.0.1", port=port)
    sink.start()
    drafts = [
        Draft(
            f"bench:{number}",
            f"p{number}@bench.example",
            "Server",
            "It is up again.\n" * 10,
            ticket_ref=f"26-{number:07d}",
        )
        for number in range(OUTBOX_MAILS)
    ]
    enqueue_all(drafts)
    backend = "django.core.mail.backends.smtp.EmailBackend"
    try:
        with override_settings(
            EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_USE_TLS=False
        ):
            began = time.perf_counter()
            done = send_due(limit=OUTBOX_MAILS)
            took = time.perf_counter() - began
    finally:
        sink.stop()
    if done.sent != OUTBOX_MAILS:
        raise SystemExit(f"{OUTBOX_MAILS} messages, {done.sent} sent")
    return Result(
        OUTBOX_MAILS / took,
        "/s",
        OUTBOX_MAILS,
        "one worker, one connection, a mail server on loopback in the same process",
    )


def _visible() -> Result:
    """From the beginning of DATA to the committed ticket, at a steady rate, with everything running."""
    from django.utils import timezone

    from tickets.models import Ticket

    began: dict[str, float] = {}
    seconds: dict[str, float] = {}
    start_at = timezone.now()

    def look() -> None:
        deadline = time.perf_counter() + 60 + PACED_MAILS / PER_SECOND
        while len(seconds) < PACED_MAILS and time.perf_counter() < deadline:
            now = time.perf_counter()
            for subject in Ticket.objects.filter(received_at__gt=start_at).values_list("subject", flat=True):
                if subject in began:
                    seconds.setdefault(subject, now - began[subject])
            time.sleep(0.05)

    def send(number: int) -> None:
        with smtplib.SMTP("127.0.0.1", int(os.environ["MAIL_INTAKE_PORT"]), timeout=30) as smtp:
            began[f"bench paced {number}"] = time.perf_counter()
            _send(smtp, number, "paced")

    say(f"{PACED_MAILS} mails, {PER_SECOND} a second")
    watcher = threading.Thread(target=look)
    watcher.start()
    start = time.perf_counter()
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        sendings = []
        for number in range(PACED_MAILS):
            time.sleep(max(0.0, start + number / PER_SECOND - time.perf_counter()))
            sendings.append(pool.submit(send, number))
        for sending in sendings:
            sending.result()
    watcher.join()
    if len(seconds) != PACED_MAILS:
        raise SystemExit(f"{PACED_MAILS} mails, {len(seconds)} tickets")
    ordered = sorted(seconds.values())
    p50, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return Result(
        p95,
        "s",
        PACED_MAILS,
        f"{PER_SECOND}/s, whole stack running; p50 {p50:.2f} s, worst {ordered[-1]:.2f} s; looked every 50 ms",
    )


FIGURES = [
    Figure("intake_rate", Needs.DATABASE, 1_000, _door_rate),
    Figure("intake_25mb_peak_mb", Needs.DATABASE, 1_000, _large),
    Figure("outbox_rate", Needs.DATABASE, 1_000, _outbox),
    Figure("mail_visible_p95_s", Needs.STACK, 100_000, _visible),
]
