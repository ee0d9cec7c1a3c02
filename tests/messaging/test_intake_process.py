"""The intake as a real process that is killed without warning."""

import os
import smtplib
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connection

from messaging.models import InboundMessage
from messaging.services.receiving import ensure_mailbox
from tests.messaging.factories import free_port, raw_mail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
MAILS, KILLS = 90, 2


def start(port: int) -> subprocess.Popen[str]:
    """A running intake; returns once it says that it listens."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.messaging.process_settings",
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
    }
    command = [sys.executable, "manage.py", "intake", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "listening" in process.stdout.readline()
    return process


def send(port: int, number: int) -> bool:
    """True when the server said 250, as any MX would understand it."""
    with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.sendmail(
            "it@customer.example",
            ["support@desk.example"],
            raw_mail(message_id=f"<{number}@customer.example>"),
        )
        return True
    return False


def kill_soon(process: subprocess.Popen[str]) -> threading.Timer:
    """SIGKILL at a moment that falls into the next mail's conversation."""
    timer = threading.Timer(0.015, process.kill)
    timer.start()
    return timer


def test_a_killed_intake_loses_nothing_it_accepted_and_repeats_nothing() -> None:
    ensure_mailbox()
    port = free_port()
    process = start(port)
    try:
        for number in range(MAILS):
            if number % (MAILS // (KILLS + 1)) == 1:
                timer = kill_soon(process)
                send(port, number)
                timer.join()
                process.wait()
                process = start(port)
            # The sender never knows whether its mail got through before the kill, so it sends again.
            while not send(port, number):
                assert process.poll() is None
    finally:
        process.terminate()
        assert process.wait(15) == 0
    stored = InboundMessage.objects.values_list("message_id", flat=True)
    assert sorted(stored) == sorted(f"<{number}@customer.example>" for number in range(MAILS))
