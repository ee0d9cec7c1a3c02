"""Raw mail is stored exactly once, whatever road it came by."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from messaging.enums import InboundState
from messaging.models import InboundMessage, Mailbox
from messaging.services.receiving import ensure_mailbox, mailbox_for, replay, store_raw
from messaging.services.settling import MAX_ATTEMPTS, due_ids, failed, take_up
from tests.messaging.factories import raw_mail, received

pytestmark = pytest.mark.django_db


def test_a_mail_is_kept_byte_for_byte() -> None:
    raw = b"Subject: \xff\x00\r\n\r\n" + bytes(range(256))
    message = received(raw)
    assert bytes(message.raw) == raw
    assert (message.state, message.size, message.peer) == (InboundState.STORED, len(raw), "test")


def test_the_same_bytes_are_stored_once() -> None:
    raw = raw_mail()
    assert received(raw) == received(raw)
    assert InboundMessage.objects.count() == 1


def test_the_same_mail_by_two_roads_is_stored_once() -> None:
    raw = raw_mail()
    assert received(b"Received: from mx1\r\n" + raw) == received(b"Received: from mx2\r\n" + raw)


def test_another_body_under_a_known_message_id_is_kept_and_flagged() -> None:
    first = received(raw_mail("first", message_id="<a@b>"))
    second = received(raw_mail("second", message_id="<a@b>"))
    third = received(raw_mail("third", message_id="<a@b>"))
    assert (first.conflicts_with, second.conflicts_with, third.conflicts_with) == (None, first, first)


def test_mails_without_message_id_are_told_apart_by_content() -> None:
    received(b"Subject: a\r\n\r\none")
    received(b"Subject: a\r\n\r\ntwo")
    assert InboundMessage.objects.filter(message_id="").count() == 2


def test_each_mailbox_keeps_its_own_copy() -> None:
    other = Mailbox.objects.create(address="noc@desk.example")
    raw = raw_mail()
    assert received(raw) != received(raw, mailbox=other)


def test_a_recipient_finds_its_mailbox_with_any_tag_and_case() -> None:
    box = ensure_mailbox()
    noc = Mailbox.objects.create(address="noc@desk.example")
    assert mailbox_for("NOC+26-0000001.abc@desk.example") == noc
    assert mailbox_for("anybody@elsewhere.example") == box
    box.is_default = False
    box.save()
    assert mailbox_for("anybody@elsewhere.example") is None
    noc.is_active = False
    noc.save()
    assert mailbox_for("noc@desk.example") is None


def test_the_default_mailbox_is_made_once() -> None:
    assert ensure_mailbox() == ensure_mailbox()


def test_an_attempt_is_counted_before_it_begins_and_the_next_one_waits() -> None:
    message = received()
    assert due_ids(limit=10) == [message.pk]
    assert take_up(message_id=message.pk)
    assert not take_up(message_id=message.pk)
    assert due_ids(limit=10) == []


def test_a_mail_that_kills_its_worker_every_time_is_parked_in_the_end() -> None:
    message = received()
    InboundMessage.objects.update(attempts=MAX_ATTEMPTS)
    assert not take_up(message_id=message.pk)
    message.refresh_from_db()
    assert (message.state, message.reason) == (InboundState.PARKED, "its worker did not survive it")


def test_a_parked_mail_can_be_replayed() -> None:
    message = received()
    failed(message_id=message.pk, error="unreadable", for_good=True)
    assert due_ids(limit=1) == []
    assert replay(message_id=message.pk)
    assert due_ids(limit=1) == [message.pk]
    assert not replay(message_id=message.pk)


@pytest.mark.django_db(transaction=True)
def test_the_same_mail_at_the_same_moment_is_stored_once() -> None:
    box, raw = ensure_mailbox(), raw_mail()

    def store(_number: int) -> bool:
        try:
            return store_raw(mailbox=box, raw=raw).is_new
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(store, range(16))) == 1
    assert InboundMessage.objects.count() == 1
