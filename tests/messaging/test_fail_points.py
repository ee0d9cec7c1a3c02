"""A process that is killed at a chosen line: what it had promised is kept, and nothing comes twice (tests 46, 99-101).

Each case runs the desk's own function in a process of its own in which one function kills the process instead of
going on; then the work is done again as the sweep, the sender or the other server would do it.
"""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models.functions import Now

from messaging.enums import InboundState, OutboundState
from messaging.models import InboundMessage, OutboundMessage
from messaging.services.delivering import send_due
from messaging.services.receiving import ensure_mailbox, store_raw
from messaging.services.sending import Draft, enqueue
from tests.messaging.factories import raw_mail, received
from tests.stack.sink import Sink
from tickets.models import Ticket
from tickets.services.routing import route

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack]

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import os
import django
django.setup()
from importlib import import_module

def die(*_args, **_values):
    os._exit(9)

def die_after(work):
    def run(*args, **values):
        work(*args, **values)
        os._exit(9)
    return run

module, _dot, name = "{point}".rpartition(".")
owner = import_module(module)
setattr(owner, name, die_after(getattr(owner, name)) if {after} else die)
{work}
"""


def killed(point: str, work: str, *, after: bool = False, **environment: str) -> None:
    """Run `work`; the process dies instead of `point`, or right after it."""
    script = CHILD.format(point=point, after=after, work=textwrap.dedent(work))
    known = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.messaging.process_settings",
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        **environment,
    }
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=known, capture_output=True, text=True, check=False
    )
    assert done.returncode == 9, done.stderr


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as server:
        yield server


RAW = raw_mail(message_id="<once@customer.example>")
STORE = f"""
from messaging.services.receiving import ensure_mailbox, store_raw
store_raw(mailbox=ensure_mailbox(), raw={RAW!r})
"""


@pytest.mark.parametrize(
    ("after", "kept"),
    [(False, 0), (True, 1)],
    ids=["before the commit", "after the commit, before the answer"],
)
def test_an_intake_killed_around_its_commit(after: bool, kept: int) -> None:
    ensure_mailbox()
    killed("messaging.services.receiving._store", STORE, after=after)
    assert InboundMessage.objects.count() == kept
    # The sender heard no 250, so it sends again.
    assert store_raw(mailbox=ensure_mailbox(), raw=RAW).is_new is (kept == 0)
    assert InboundMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("point", "after", "tickets"),
    [
        ("messaging.services.settling.waiting", False, 0),
        ("messaging.services.reading.read", True, 0),
        ("tickets.services.routing_mail.create_ticket", True, 0),
        ("messaging.services.settling.settle", True, 0),
        ("tickets.services.routing._route", True, 1),
    ],
    ids=["taken up", "read", "ticket made, not committed", "settled, not committed", "committed"],
)
def test_a_router_killed_at_any_step_makes_one_ticket(point: str, after: bool, tickets: int) -> None:
    message = received(message_id="<once@customer.example>")
    killed(point, f"from tickets.services.routing import route\nroute(message_id={message.pk})", after=after)
    assert Ticket.objects.count() == tickets
    InboundMessage.objects.update(next_attempt_at=Now())
    route(message_id=message.pk)
    message.refresh_from_db()
    assert (message.state, Ticket.objects.count()) == (InboundState.ROUTED, 1)
    assert OutboundMessage.objects.count() == 1


SEND = """
from django.test import override_settings
from messaging.services.delivering import send_due
with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1",
                       EMAIL_PORT={port}, EMAIL_USE_TLS=False):
    send_due()
"""


@pytest.mark.parametrize(
    ("point", "times"),
    [("messaging.services.carrying_mail.compose", 1), ("messaging.services.leasing.mark_sent", 2)],
    ids=["before it is handed over", "accepted and not yet marked"],
)
def test_a_sender_killed_over_a_message_sends_it_again_under_the_same_id(
    sink: Sink, settings: object, point: str, times: int
) -> None:
    row = enqueue(Draft("once", "it@customer.example", "Server", "It is up."))
    killed(point, SEND.format(port=sink.port))
    row.refresh_from_db()
    assert row.state == OutboundState.SENDING
    OutboundMessage.objects.update(leased_until=Now() - timedelta(seconds=1))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", sink.port, False  # type: ignore[attr-defined]
    assert send_due().sent == 1
    assert [mail["Message-ID"] for _to, mail in sink.taken] == [row.message_id] * times


@pytest.mark.parametrize(
    "after", [False, True], ids=["marked dead, not committed", "both written, not committed"]
)
def test_a_sender_killed_while_it_falls_back_loses_no_words(after: bool) -> None:
    ways = [{"channel": "mail", "to": "it@customer.example", "text": "It is up."}]
    enqueue(Draft("once", "gone:1", "Server", "It is up.", channel="telegram", fallbacks=ways))
    work = "from messaging.services.delivering import send_due\nsend_due(channel='telegram')"
    killed("messaging.services.falling_back.enqueue_all", work, after=after)
    assert list(OutboundMessage.objects.values_list("state", flat=True)) == [OutboundState.SENDING]
    OutboundMessage.objects.update(leased_until=Now() - timedelta(seconds=1))
    assert send_due(channel="telegram").dead == 1
    assert send_due().sent == 1
