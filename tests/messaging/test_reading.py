"""Whatever a mail is made of, it takes no worker with it, and the next one is read."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from messaging.services import reading
from messaging.services.parsing import UnreadableError, parse
from tests.messaging.factories import raw_mail


@pytest.fixture(autouse=True)
def no_child_left() -> Iterator[None]:
    yield
    reading.end()


def nested(depth: int) -> bytes:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)
        for number in range(depth)
    )
    return (
        b"From: it@customer.example\r\nSubject: deep\r\n" + head + b"Content-Type: text/plain\r\n\r\nbottom"
    )


def many_parts(number: int) -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return (
        b"From: it@customer.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        + part * number
        + b"--b--"
    )


def test_the_child_reads_what_the_parser_reads() -> None:
    raw = raw_mail(
        "Привет", files={"a.bin": bytes(range(256)), "b.txt": b"text"}, Date="Thu, 26 Nov 2026 10:00:00 +0300"
    )
    assert reading.read(raw, envelope_from="", own_addresses=frozenset({"a@b.example"})) == parse(
        raw, envelope_from="", own_addresses=frozenset({"a@b.example"})
    )


CORPUS: dict[str, Callable[[], bytes]] = {
    "no headers": lambda: b"just text",
    "an unknown charset": lambda: (
        b"From: a@b.example\r\nContent-Type: text/plain; charset=martian\r\n\r\n\xff\xfe text"
    ),
    "NUL": lambda: b"From: a@b.example\r\nSubject: a\x00b\r\n\r\nx\x00y",
    "a header of a megabyte": lambda: b"From: a@b.example\r\nSubject: " + b"x" * 1_000_000 + b"\r\n\r\ntext",
    "a hundred thousand recipients": lambda: (
        b"From: a@b.example\r\nTo: " + b"x@y.example, " * 100_000 + b"\r\n\r\ntext"
    ),
    "500 nested parts": lambda: nested(500),
    "10,000 parts": lambda: many_parts(10_000),
    "broken base64": lambda: b"From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
    "an endless boundary": lambda: (
        b"Content-Type: multipart/mixed; boundary=" + b"b" * 100_000 + b"\r\n\r\n--b"
    ),
    "a date of another world": lambda: (
        b"From: a@b.example\r\nDate: Fri, 99 Foo 99999 99:99:99 +9999\r\n\r\ntext"
    ),
    "a megabyte of blank lines": lambda: b"From: a@b.example\r\n\r\n" + b"\n" * 1_000_000,
    "encoded words that break lines": lambda: b"From: =?utf-8?q?a=0d=0aBcc:x?= <a@b.example>\r\n\r\ntext",
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("name", CORPUS)
def test_broken_mail_is_read_or_refused_with_a_reason_and_blocks_nothing(name: str) -> None:
    try:
        said = repr(reading.read(CORPUS[name]()))
    except UnreadableError as error:
        said = str(error)
    assert said
    assert reading.read(raw_mail("The next one.")).text == "The next one."


def test_a_mail_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    with pytest.raises(UnreadableError, match="too much time"):
        reading.read(many_parts(450) * 40, patience=0.001)
    assert reading.read(raw_mail("The next one.")).text == "The next one."


def test_a_child_that_was_killed_is_replaced() -> None:
    reading.read(raw_mail())
    assert reading._reader is not None
    os.kill(reading._reader.process.pid, signal.SIGKILL)
    reading._reader.process.wait()
    assert reading.read(raw_mail("The next one.")).text == "The next one."


def test_the_memory_of_the_child_is_limited() -> None:
    reading.read(raw_mail())
    assert reading._reader is not None
    limits = Path(f"/proc/{reading._reader.process.pid}/limits").read_text()
    assert any(line.startswith("Max address space") and "805306368" in line for line in limits.splitlines())
