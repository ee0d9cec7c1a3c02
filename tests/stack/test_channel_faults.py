"""Mail, chat and telephone flow while everything around them is killed: nothing is lost, nothing is doubled (tests 46, 47, 99-102).

`FAULTS=1000,200,200` runs it with so many mails, updates and call events.
"""

import json
import os
import smtplib
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest

from messaging.services.calls.events import sign
from messaging.services.delivering import BATCH
from messaging.services.telegram.api import webhook_secret
from tests.messaging.factories import raw_mail
from tests.messaging.telegram.server import TOKEN, running, update
from tests.stack.channelwork import Channelwork
from tests.stack.sink import Sink

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.xdist_group("stack")]

MAILS, UPDATES, EVENTS = (int(number) for number in os.environ.get("FAULTS", "100,40,40").split(","))
CHATS = 10
STEPS = ("queued", "answered", "ended", "recording")
SECRET = "a-secret-of-the-exchange"
PATIENCE = 60 + MAILS
ROUNDS = 4


def until_taken(attempt: Callable[[], bool]) -> None:
    """As every mail server, Telegram and a good PBX do: again until it is taken."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError, smtplib.SMTPException, urllib.error.URLError):
            if attempt():
                return
        time.sleep(0.1)
    raise AssertionError("never taken")


def send_mail(desk: Channelwork, number: int) -> None:
    raw = raw_mail(
        f"Matter {number}", sender=f"p{number}@customer.example", message_id=f"<{number}@customer.example>"
    )

    def attempt() -> bool:
        with smtplib.SMTP("127.0.0.1", desk.mail_port, timeout=10) as smtp:
            smtp.sendmail(f"p{number}@customer.example", ["support@desk.example"], raw)
        return True

    until_taken(attempt)


def post(url: str, body: bytes, headers: dict[str, str]) -> bool:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status) in (200, 202)


def send_update(desk: Channelwork, number: int) -> None:
    body = json.dumps(update(number, f"Words {number}", chat=number % CHATS)).encode()
    headers = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret("support")}
    until_taken(lambda: post(f"{desk.address}/api/messaging/telegram/v1/support/updates", body, headers))


def send_event(desk: Channelwork, number: int) -> None:
    call, step = divmod(number, len(STEPS))
    event = {
        "event_id": f"e-{number}", "call_id": f"c-{call}", "type": STEPS[step], "from": f"+7383200{call:04d}",
        "recording_url": "https://pbx.example/1.ogg" if STEPS[step] == "recording" else None,
    }  # fmt: skip
    body = json.dumps(event).encode()

    def attempt() -> bool:
        now = str(int(time.time()))
        headers = {
            "X-Desk-Source": "office",
            "X-Desk-Timestamp": now,
            "X-Desk-Signature": sign(SECRET, now, body),
        }
        return post(f"{desk.address}/api/messaging/calls/v1/events", body, headers)

    until_taken(attempt)


def kill_around(desk: Channelwork, stop: threading.Event) -> Counter[str]:
    """Everything in turn, until told to stop; the next only when the doors are open again, however slow the machine."""
    killed: Counter[str] = Counter()
    victims: list[tuple[str, Callable[[], object]]] = [
        ("mail", lambda: desk.restart("mail")),
        ("work", lambda: desk.restart("work")),
        ("redis", desk.kill_redis),
        ("web", lambda: desk.restart("web")),
        ("postgres", desk.kill_postgres),
    ]
    for _round in range(ROUNDS):
        for name, kill in victims:
            if stop.is_set() and killed[name]:
                return killed
            with suppress(ValueError):  # a server that is just being started again
                kill()
                killed[name] += 1
            until_taken(lambda: open_again(desk))
            # A moment in which something flows, so that the next kill meets work.
            time.sleep(0.5)
    return killed


def open_again(desk: Channelwork) -> bool:
    """Both doors answer, and the database does."""
    with smtplib.SMTP("127.0.0.1", desk.mail_port, timeout=5) as smtp:
        if smtp.noop()[0] != 250:
            return False
    try:
        ask(desk, "SELECT 1")
    except psycopg2.Error:
        return False
    with urllib.request.urlopen(f"{desk.address}/healthz/live", timeout=10) as answer:
        return int(answer.status) == 200


def ask(desk: Channelwork, sql: str) -> list[tuple[int, ...]]:
    """With a new connection: the server may just have been killed."""
    with suppress(psycopg2.Error):
        desk.connection.close()
    desk.connect()
    return desk.ask(sql)


HURRY = """
    UPDATE messaging_inboundmessage SET next_attempt_at = now() WHERE state = 'stored';
    UPDATE messaging_outboundmessage SET leased_until = now() - interval '1 second' WHERE state = 'sending';
    UPDATE messaging_outboundmessage SET next_attempt_at = now() WHERE state = 'failed';
"""


def hurry(desk: Channelwork) -> None:
    """Nobody waits for a lease of three minutes: the times that were planned have come."""
    with suppress(psycopg2.Error):
        desk.connection.close()
        desk.connect()
        with desk.connection.cursor() as cursor:
            cursor.execute(HURRY)


def settled(desk: Channelwork) -> bool:
    try:
        waiting = ask(desk, "SELECT count(*) FROM messaging_inboundmessage WHERE state = 'stored'")[0][0]
        unsent = ask(
            desk, "SELECT count(*) FROM messaging_outboundmessage WHERE state NOT IN ('sent', 'dead')"
        )[0][0]
    except psycopg2.Error:
        return False
    return waiting == 0 and unsent == 0


def test_nothing_is_lost_or_doubled_while_everything_is_killed(tmp_path: Path) -> None:
    with Sink() as sink, running() as telegram:
        environment = {
            **sink.environment, "TELEGRAM_API_URL": telegram.address, "TELEGRAM_BOTS": "support",
            "TELEGRAM_SUPPORT_TOKEN": TOKEN, "PHONE_SOURCES": "office", "PHONE_OFFICE_SECRET": SECRET,
        }  # fmt: skip
        with Channelwork(tmp_path / "data", **environment) as desk:
            for name in ("web", "mail", "work", "beat"):
                desk.start(name)
            stop = threading.Event()
            with ThreadPoolExecutor(8) as senders, ThreadPoolExecutor(1) as killer:
                killing = killer.submit(kill_around, desk, stop)
                work = [senders.submit(send_mail, desk, number) for number in range(MAILS)]
                work += [senders.submit(send_update, desk, number) for number in range(UPDATES)]
                work += [senders.submit(send_event, desk, number) for number in range(EVENTS)]
                for one in work:
                    one.result()
                stop.set()
                killed = killing.result()
            for _round in range(3):
                hurry(desk)
                with suppress(AssertionError):
                    desk.wait_until(lambda: settled(desk), 20 + MAILS / 10, "something still waits")
                    break
            desk.wait_until(lambda: settled(desk), 300 + PATIENCE, "something still waits")
            check(desk, sink, killed)


def check(desk: Channelwork, sink: Sink, killed: Counter[str]) -> None:
    arrived = dict(ask(desk, """
        SELECT m.channel, count(*) FROM messaging_inboundmessage i JOIN messaging_mailbox m ON m.id = i.mailbox_id
        WHERE left(i.reason, 5) <> 'probe' GROUP BY 1"""))  # fmt: skip
    assert arrived == {"mail": MAILS, "telegram": UPDATES, "phone": EVENTS}
    lost = ask(
        desk,
        "SELECT id, state, reason FROM messaging_inboundmessage WHERE state <> 'routed' AND left(reason, 5) <> 'probe'",
    )
    assert lost == []
    tickets = dict(ask(desk, "SELECT channel, count(*) FROM tickets_ticket GROUP BY 1"))
    assert tickets == {"mail": MAILS, "chat": min(CHATS, UPDATES), "phone": EVENTS // len(STEPS)}
    doubled = ask(
        desk,
        "SELECT external_id, count(*) FROM tickets_message WHERE external_id <> '' GROUP BY 1 HAVING count(*) > 1",
    )
    assert doubled == []
    said = ask(desk, "SELECT count(*) FROM tickets_message WHERE external_id <> ''")[0][0]
    assert said == MAILS + UPDATES
    assert ask(desk, "SELECT count(*) FROM messaging_call WHERE state = 'ended'")[0][0] == EVENTS // len(
        STEPS
    )
    sent = Counter(str(mail["Message-ID"]) for _to, mail in sink.taken)
    wanted = {
        row[0] for row in ask(desk, "SELECT message_id FROM messaging_outboundmessage WHERE channel = 'mail'")
    }
    assert set(sent) == wanted
    # Taken by the other server and not yet marked when the worker died: those come again, under the same Message-ID.
    assert sum(sent.values()) - len(sent) <= BATCH * (killed["work"] + killed["postgres"])
    assert min(killed.values()) >= 1
