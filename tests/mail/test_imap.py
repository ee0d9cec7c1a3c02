"""A mailbox that cannot be pushed: IDLE, and nothing lost or doubled whatever happens to either side (tests 45, 46)."""

import imaplib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connection

from messaging.models import InboundMessage
from messaging.services.receiving import ensure_mailbox
from tests.mail.dovecot import PASSWORD, USER, Dovecot
from tests.messaging.factories import raw_mail

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]


def until(true: Callable[[], bool], seconds: float = 20.0) -> float:
    """Wait for it; returns how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def server() -> Iterator[Dovecot]:
    dovecot = Dovecot()
    dovecot.start()
    yield dovecot
    dovecot.close()


class Fetcher:
    """`manage.py imap` as a process of its own."""

    def __init__(self, server: Dovecot) -> None:
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.messaging.process_settings",
            "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
            "IMAP_SOURCES": "box",
            "IMAP_BOX_HOST": "127.0.0.1",
            "IMAP_BOX_PORT": str(server.port),
            "IMAP_BOX_SECURITY": "none",
            "IMAP_BOX_USER": USER,
            "IMAP_BOX_PASSWORD": PASSWORD,
            "IMAP_BOX_ADDRESS": "support@desk.example",
        }
        self.process = self.start()

    def start(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "manage.py", "imap"]
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert "watching" in process.stdout.readline()
        return process

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = self.start()


@pytest.fixture
def fetcher(server: Dovecot) -> Iterator[Fetcher]:
    ensure_mailbox()
    running = Fetcher(server)
    yield running
    running.process.terminate()
    assert running.process.wait(15) == 0


def mail(number: int) -> bytes:
    return raw_mail(f"Matter {number}", message_id=f"<{number}@customer.example>")


def stored() -> list[str]:
    return sorted(InboundMessage.objects.values_list("message_id", flat=True))


def expected(number: int) -> list[str]:
    return sorted(f"<{index}@customer.example>" for index in range(number))


def test_a_mail_is_taken_while_the_connection_idles_and_not_by_asking(
    server: Dovecot, fetcher: Fetcher
) -> None:
    server.deliver(mail(0))
    until(lambda: len(stored()) == 1)
    until(lambda: server.count("INBOX") == 0)
    server.deliver(mail(1))
    assert until(lambda: len(stored()) == 2) < 3.0
    assert bytes(InboundMessage.objects.latest("pk").raw).replace(b"\r\n", b"\n") == mail(1).replace(
        b"\r\n", b"\n"
    )


@pytest.mark.parametrize("number", range(1, 7))
def test_several_mails_in_one_round_are_each_taken_once(
    server: Dovecot, fetcher: Fetcher, number: int
) -> None:
    server.deliver(*(mail(index) for index in range(number)))
    until(lambda: len(stored()) >= number)
    until(lambda: server.count("Helpdesk") == number)
    assert stored() == expected(number)
    assert server.count("INBOX") == 0


def test_a_killed_fetcher_loses_and_doubles_nothing(server: Dovecot, fetcher: Fetcher) -> None:
    for batch in range(10):
        server.deliver(*(mail(index) for index in range(batch * 20, batch * 20 + 20)))
        time.sleep(0.02 * batch)  # a kill at another moment of the round each time
        fetcher.kill()
    until(lambda: server.count("INBOX") == 0, 60)
    assert stored() == expected(200)


def test_new_uids_for_the_whole_mailbox_change_nothing(server: Dovecot, fetcher: Fetcher) -> None:
    server.deliver(mail(0), mail(1))
    until(lambda: server.count("Helpdesk") == 2)
    server.stop()
    server.new_uid_validity()
    server.start()
    server.deliver(mail(2))
    until(lambda: len(stored()) == 3, 90)
    assert stored() == expected(3)


def test_another_client_that_deletes_mails_meanwhile_disturbs_nothing(
    server: Dovecot, fetcher: Fetcher
) -> None:
    other = server.client()
    other.select("INBOX")
    for index in range(20):
        server.deliver(mail(index))
        with suppress(imaplib.IMAP4.error):  # the fetcher has emptied the folder before
            other.store("1:*", "+FLAGS", "\\Deleted")
        if index % 5 == 0:
            other.expunge()
    server.deliver(mail(100))
    until(lambda: "<100@customer.example>" in stored())
    assert len(stored()) == len(set(stored()))


def test_a_server_that_was_away_is_found_again(server: Dovecot, fetcher: Fetcher) -> None:
    server.stop()
    server.start()
    server.deliver(mail(0))
    until(lambda: len(stored()) == 1, 90)
