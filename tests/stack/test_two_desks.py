"""Two help desks that face each other stop after one exchange (test 41)."""

import json
import smtplib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpdesk.stack.embedded import ROOT
from tests.messaging.factories import raw_mail
from tests.stack.desk import Desk, free_port

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.xdist_group("stack")]
COUNTS = """
import django; django.setup()
import json
from messaging.models import InboundMessage, OutboundMessage
from tickets.models import Ticket
print(json.dumps([InboundMessage.objects.exclude(reason="probe").count(), OutboundMessage.objects.count(), Ticket.objects.count(),
                  OutboundMessage.objects.filter(state__in=["queued", "sending", "failed"]).count(),
                  InboundMessage.objects.filter(state="stored").count()]))
"""


def counts(desk: Desk) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-c", COUNTS], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
        env={**desk.environment, "DJANGO_SETTINGS_MODULE": "helpdesk.settings"},
    )  # fmt: skip
    found: list[int] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_two_desks_that_face_each_other_stop_after_one_exchange(tmp_path: Path) -> None:
    ports = {"north": free_port(), "south": free_port()}
    desks = {
        name: Desk(
            tmp_path / name, MAIL_DOMAIN=f"{name}.example", MAIL_INTAKE_PORT=str(ports[name]), EMAIL_USE_TLS="0",
            EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(ports["south" if name == "north" else "north"]),
        )
        for name in ports
    }  # fmt: skip
    try:
        for desk in desks.values():
            desk.start()
        for desk in desks.values():
            desk.wait_ready()
        # As if an operator of the south had written by hand: nothing in it says that a machine answers there.
        with smtplib.SMTP("127.0.0.1", ports["north"], timeout=20) as smtp:
            raw = raw_mail(
                "Could you look at this?", sender="support@south.example", to="support@north.example"
            )
            smtp.sendmail("support@south.example", ["support@north.example"], raw)
        deadline = time.monotonic() + 60
        while counts(desks["south"])[0] < 1:
            assert time.monotonic() < deadline, "the receipt never came"
        last: list[list[int]] = []
        while True:
            now = [counts(desk) for desk in desks.values()]
            if now == last and all(one[3:] == [0, 0] for one in now):
                break
            last = now
            assert time.monotonic() < deadline, now
            time.sleep(2)
        # North: the mail came in, one receipt went out, one ticket. South: the receipt came in, and that is all.
        assert now == [[1, 1, 1, 0, 0], [1, 0, 0, 0, 0]]
    finally:
        for desk in desks.values():
            desk.close()
