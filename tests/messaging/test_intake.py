"""The door for mail, talked to over real sockets by a real client."""

import asyncio
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from messaging.models import InboundMessage, Mailbox
from messaging.services import listening
from messaging.services.listening import Listener
from messaging.services.receiving import ensure_mailbox
from tests.messaging.factories import free_port, raw_mail

pytestmark = pytest.mark.django_db(transaction=True)

FROM, TO = "it@customer.example", "support@desk.example"


class Running:
    """A listener in its own thread and event loop, as in the intake process."""

    def __init__(self, **place: object) -> None:
        self.loop = asyncio.new_event_loop()
        self.listener = Listener(**place)
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.wait(self.listener.start())

    def wait(self, work) -> object:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def stop(self) -> None:
        self.wait(self.listener.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


@pytest.fixture
def door() -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def open_door(**place: object) -> Running:
        ensure_mailbox()
        running.append(Running(**(place or {"host": "127.0.0.1", "port": free_port()})))
        return running[-1]

    yield open_door
    for one in running:
        one.stop()


def client(running: Running) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", running.listener.port, timeout=10)


def test_what_was_answered_with_250_is_in_the_database_byte_for_byte(door) -> None:
    raw = raw_mail("Сервер не отвечает\n.leading dot\n").replace(b"\n", b"\r\n")
    with client(door()) as smtp:
        smtp.sendmail(FROM, [TO], raw)
    (stored,) = InboundMessage.objects.all()
    assert bytes(stored.raw) == raw
    assert (stored.envelope_from, stored.envelope_to) == (FROM, [TO])
    assert stored.mailbox.address == TO


def test_a_senders_retry_is_accepted_and_stored_once(door) -> None:
    with client(door()) as smtp:
        for _attempt in range(3):
            smtp.sendmail(FROM, [TO], raw_mail(message_id="<a@b>"))
    assert InboundMessage.objects.count() == 1


def test_a_large_mail_waits_for_the_one_before_it_and_a_small_one_does_not(door, monkeypatch) -> None:
    monkeypatch.setattr(listening, "LARGE_PATIENCE_S", 0.3)
    running = door()
    with client(running) as first, client(running) as second, client(running) as small:
        first.ehlo()
        second.ehlo()
        assert first.mail(FROM, [f"SIZE={listening.LARGE + 1}"])[0] == 250
        assert second.mail(FROM, [f"SIZE={listening.LARGE + 1}"])[0] == 452
        small.sendmail(FROM, [TO], raw_mail())
        first.rset()
        assert second.mail(FROM, [f"SIZE={listening.LARGE + 1}"])[0] == 250


def test_a_large_mail_whose_sender_went_away_keeps_nobody_waiting(door) -> None:
    running = door()
    first = client(running)
    first.ehlo()
    assert first.mail(FROM, [f"SIZE={listening.LARGE + 1}"])[0] == 250
    first.close()
    raw = raw_mail("x" * 70 + "\n") + b"y" * 70 + (b"z" * 70 + b"\r\n") * (listening.LARGE // 70)
    with client(running) as second:
        second.sendmail(FROM, [TO], raw)
        second.sendmail(FROM, [TO], raw + b"again\r\n")
    assert InboundMessage.objects.count() == 2


def test_a_mail_to_two_mailboxes_is_stored_for_each(door) -> None:
    Mailbox.objects.create(address="noc@desk.example")
    with client(door()) as smtp:
        smtp.sendmail(FROM, [TO, "noc+26-0000001.x@desk.example"], raw_mail())
    assert set(InboundMessage.objects.values_list("mailbox__address", flat=True)) == {TO, "noc@desk.example"}


def test_the_null_return_path_is_taken(door) -> None:
    with client(door()) as smtp:
        smtp.sendmail("", [TO], raw_mail())
    assert InboundMessage.objects.get().envelope_from == ""


def test_an_unknown_mailbox_is_refused_when_there_is_no_default(door) -> None:
    running = door()
    Mailbox.objects.update(is_default=False)
    with client(running) as smtp, pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        smtp.sendmail(FROM, ["nobody@desk.example"], raw_mail())
    assert refusal.value.recipients["nobody@desk.example"][0] == 550


def test_a_mail_over_the_limit_is_refused_and_the_next_one_is_taken(door, settings) -> None:
    settings.MAIL_MAX_BYTES = 50_000
    with client(door()) as smtp:
        with pytest.raises(smtplib.SMTPSenderRefused) as refusal:
            smtp.sendmail(FROM, [TO], raw_mail("x " * 60_000))
        assert refusal.value.smtp_code == 552
        smtp.sendmail(FROM, [TO], raw_mail())
    assert InboundMessage.objects.count() == 1


def test_very_long_lines_are_taken(door) -> None:
    with client(door()) as smtp:
        smtp.sendmail(FROM, [TO], b"Subject: x\r\n\r\n" + b"y" * 20_000 + b"\r\n")
    assert InboundMessage.objects.get().size > 20_000


def test_the_sender_is_told_to_come_back_while_the_storage_is_away(door) -> None:
    running = door()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE messaging_inboundmessage RENAME TO messaging_away")
    try:
        with client(running) as smtp, pytest.raises(smtplib.SMTPDataError) as refusal:
            smtp.sendmail(FROM, [TO], raw_mail(message_id="<a@b>"))
        assert refusal.value.smtp_code == 451
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE messaging_away RENAME TO messaging_inboundmessage")
    with client(running) as smtp:
        smtp.sendmail(FROM, [TO], raw_mail(message_id="<a@b>"))
    assert InboundMessage.objects.count() == 1


def test_a_message_smuggled_behind_bare_line_feeds_stays_inside_the_first(door) -> None:
    running = door()
    with socket.create_connection(("127.0.0.1", running.listener.port), 5) as line:
        reader = line.makefile("rb")
        reader.readline()
        for command in (
            b"EHLO x\r\n",
            b"MAIL FROM:<a@b.example>\r\n",
            f"RCPT TO:<{TO}>\r\n".encode(),
            b"DATA\r\n",
        ):
            line.sendall(command)
            while reader.readline()[3:4] == b"-":
                pass
        line.sendall(
            b"Subject: one\r\n\r\nbody\n.\nMAIL FROM:<boss@b.example>\nRCPT TO:<x@y>\nDATA\nevil\r\n.\r\n"
        )
        assert reader.readline().startswith(b"250")
    assert InboundMessage.objects.count() == 1
    assert b"evil" in bytes(InboundMessage.objects.get().raw)


def lmtp(path: Path) -> smtplib.LMTP:
    return smtplib.LMTP(str(path))


def test_lmtp_over_a_unix_socket_answers_once_per_recipient(door, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("s") / "lmtp"
    Mailbox.objects.create(address="noc@desk.example")
    door(path=str(path), protocol="lmtp")
    with lmtp(path) as connected:
        connected.ehlo()
        connected.mail(FROM)
        connected.rcpt(TO)
        connected.rcpt("noc@desk.example")
        code, _text = connected.data(raw_mail())
        assert code == 250
        assert connected.getreply()[0] == 250
        assert connected.noop()[0] == 250
    assert InboundMessage.objects.count() == 2
    assert path.stat().st_mode & 0o007 == 0


def test_many_senders_at_once_lose_nothing(door) -> None:
    running = door()

    def send(sender: int) -> None:
        with client(running) as smtp:
            for number in range(10):
                smtp.sendmail(FROM, [TO], raw_mail(message_id=f"<{sender}.{number}@customer.example>"))

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert InboundMessage.objects.count() == 80


def test_a_taken_port_is_reported_by_name(door) -> None:
    running = door()
    with pytest.raises(OSError, match="in use"):
        door(host="127.0.0.1", port=running.listener.port)
