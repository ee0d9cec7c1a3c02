"""The outbox: at least once, normally once, in order, with the marks that stop loops."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core import mail
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from messaging.enums import OutboundState
from messaging.models import InboundMessage, OutboundMessage
from messaging.services import leasing
from messaging.services.delivering import send_due
from messaging.services.sending import AUTOMATIC_PER_HOUR, Draft, enqueue, enqueue_all, revive
from messaging.services.tokens import reply_to, token_for, tokens_in
from tests.messaging.factories import free_port, raw_mail, received

pytestmark = pytest.mark.django_db

TO = "it@customer.example"


def queue(key: str = "message:1", **more: Any) -> OutboundMessage:
    return enqueue(Draft(key, **{"to": TO, "subject": "Server", "text": "It is up again.", **more}))


def state_of(message: OutboundMessage) -> str:
    message.refresh_from_db()
    return message.state


def make_due() -> None:
    OutboundMessage.objects.filter(state=OutboundState.FAILED).update(
        next_attempt_at=Now() - timedelta(seconds=1)
    )


def test_enqueuing_the_same_key_again_changes_nothing() -> None:
    assert queue(text="first") == queue(text="second")
    assert OutboundMessage.objects.get().text == "first"


def test_a_due_message_is_sent_once() -> None:
    message = queue(html="<p>It is up again.</p>")
    assert send_due().sent == 1
    assert send_due().sent == 0
    assert state_of(message) == OutboundState.SENT
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([TO], "Server", "It is up again.")
    assert sent.alternatives[0][1] == "text/html"


def test_the_message_id_depends_on_nothing_but_the_key() -> None:
    first = queue().message_id
    OutboundMessage.objects.all().delete()
    assert queue().message_id == first
    assert queue("message:2").message_id != first


def test_automatic_mail_is_marked_and_a_persons_answer_is_not() -> None:
    queue("ack:1", headers={"Auto-Submitted": "auto-replied"})
    queue("message:1")
    send_due()
    marks = [message.message()["Auto-Submitted"] for message in mail.outbox]
    assert marks == ["auto-replied", None]
    assert all(message.message()["X-Loop"] == "support@desk.example" for message in mail.outbox)


@pytest.mark.parametrize("hostile", ["a\r\nBcc: victim@x.example", "a\nb", "a\u2028b", "a\x85b", "a\x00b"])
def test_nothing_in_a_subject_or_header_can_add_a_header(hostile: str) -> None:
    queue(subject=hostile, headers={"X-Note": hostile}, ticket_ref="26-0000001")
    send_due()
    raw = mail.outbox[0].message().as_bytes()
    names = set(message_from_bytes(raw).keys())
    assert names == {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date",
        "Message-ID", "X-Loop", "X-Note",
    }  # fmt: skip


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "a b@c.example", "a@b.example, c@d.example"])
def test_an_impossible_address_is_kept_as_undelivered_and_stops_nobody(address: str) -> None:
    message = queue(to=address)
    assert (message.state, message.last_error) == (OutboundState.DEAD, "this is not a mail address")
    assert send_due().sent == 0


def test_answers_thread_under_what_the_customer_wrote_and_was_sent() -> None:
    theirs = received(raw_mail(message_id="<their-1@customer.example>"))
    InboundMessage.objects.filter(pk=theirs.pk).update(routed_to="26-0000001", sender=TO)
    first = queue("message:1", ticket_ref="26-0000001")
    queue("message:2", ticket_ref="26-0000001")
    queue("message:3", ticket_ref="26-0000001", to="other@customer.example")
    send_due()
    by_key = {sent.extra_headers["Message-ID"]: sent.extra_headers for sent in mail.outbox}
    assert by_key[first.message_id]["In-Reply-To"] == "<their-1@customer.example>"
    second = by_key[OutboundMessage.objects.get(key="message:2").message_id]
    assert second["References"] == f"<their-1@customer.example> {first.message_id}"
    assert "References" not in by_key[OutboundMessage.objects.get(key="message:3").message_id]


def test_an_answer_comes_back_with_a_token_that_only_its_recipient_has() -> None:
    message = queue(ticket_ref="26-0000001")
    send_due()
    back = mail.outbox[0].reply_to[0]
    for tokens in (
        tokens_in(recipients=[back], references=[]),
        tokens_in(recipients=[], references=["<x@y>", message.message_id]),
    ):
        assert [token.ticket_ref for token in tokens] == ["26-0000001"]
        assert tokens[0].given_to(TO.upper())
        assert not tokens[0].given_to("stranger@customer.example")


def test_a_token_made_up_or_moved_to_another_ticket_proves_nothing() -> None:
    proof = token_for(ticket_ref="26-0000001", address=TO).proof
    (token,) = tokens_in(recipients=[f"support+26-0000002.{proof}@desk.example"], references=[])
    assert not token.given_to(TO)
    assert (
        tokens_in(recipients=["support+26-0000002.short@desk.example", "x@y.example"], references=["junk"])
        == []
    )


def test_a_token_outlives_the_rotation_of_the_secret_key(settings) -> None:
    address = reply_to(mailbox="support@desk.example", ticket_ref="26-0000001", address=TO)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    (token,) = tokens_in(recipients=[address], references=[])
    assert token.given_to(TO)


def test_a_storm_of_automatic_mail_to_one_address_stops() -> None:
    for number in range(AUTOMATIC_PER_HOUR + 3):
        queue(f"ack:{number}", headers={"Auto-Submitted": "auto-replied"})
    assert OutboundMessage.objects.filter(state=OutboundState.DEAD).count() == 3
    assert queue("message:1").state == OutboundState.QUEUED
    assert (
        queue("ack:x", to="other@customer.example", headers={"Auto-Submitted": "yes"}).state
        == OutboundState.QUEUED
    )


class Sink:
    """A mail server that takes, refuses or delays as it is told."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.to_recipient = "250 OK"
        self.to_data = "250 OK"

    async def handle_RCPT(  # noqa: N802 — the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 — as above
        if self.to_data.startswith("2"):
            self.taken.append(envelope.content)
        return self.to_data


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER, settings.EMAIL_TIMEOUT = False, "", 5
    yield handler
    controller.stop()


def test_a_real_server_gets_the_message(sink: Sink) -> None:
    message = queue(text="Привет", ticket_ref="26-0000001")
    assert send_due().sent == 1
    arrived = message_from_bytes(sink.taken[0])
    assert arrived["Message-ID"] == message.message_id
    plain, html = arrived.get_payload()
    assert plain.get_payload(decode=True).decode().strip() == "Привет"
    assert "<p" in html.get_payload(decode=True).decode()


def test_a_refused_recipient_is_final_and_does_not_stop_the_others(sink: Sink) -> None:
    sink.to_recipient = "550 5.1.1 No such user"
    message = queue()
    assert send_due().dead == 1
    assert state_of(message) == OutboundState.DEAD
    assert message.last_error == "550 5.1.1 No such user"
    sink.to_recipient = "250 OK"
    assert revive(message_id=message.pk)
    assert send_due().sent == 1


@pytest.mark.parametrize("answer", ["451 4.7.1 Greylisted", "421 4.3.0 Busy"])
def test_a_temporary_refusal_is_tried_again_later_with_the_same_message_id(sink: Sink, answer: str) -> None:
    sink.to_data = answer
    message = queue()
    assert send_due().failed == 1
    assert state_of(message) == OutboundState.FAILED
    assert send_due().sent == 0
    make_due()
    sink.to_data = "250 OK"
    assert send_due().sent == 1
    assert message_from_bytes(sink.taken[0])["Message-ID"] == message.message_id


def test_a_server_that_is_away_costs_one_attempt_of_one_message(settings, sink: Sink) -> None:
    settings.EMAIL_PORT = free_port()
    messages = [queue(f"message:{number}") for number in range(3)]
    assert send_due().failed == 1
    assert [state_of(message) for message in messages] == ["failed", "queued", "queued"]
    assert [message.attempts for message in messages] == [1, 0, 0]


def test_a_message_is_given_up_after_the_last_attempt(sink: Sink) -> None:
    sink.to_data = "451 Later"
    message = queue()
    OutboundMessage.objects.update(attempts=leasing.MAX_ATTEMPTS - 1)
    assert send_due().dead == 1
    assert state_of(message) == OutboundState.DEAD


def test_messages_of_one_ticket_and_address_leave_in_order(sink: Sink) -> None:
    first = queue("message:1", ticket_ref="26-0000001")
    queue("message:2", ticket_ref="26-0000001")
    other = queue("message:3", ticket_ref="26-0000002")
    assert [message.pk for message in leasing.claim(limit=10)] == [first.pk, other.pk]
    sink.to_data = "451 Later"
    OutboundMessage.objects.filter(state=OutboundState.SENDING).update(
        leased_until=Now() - timedelta(seconds=1)
    )
    send_due()
    sink.to_data = "250 OK"
    make_due()
    send_due()
    order = [message_from_bytes(raw)["Message-ID"] for raw in sink.taken]
    ids = {m.key: m.message_id for m in OutboundMessage.objects.all()}
    assert order.index(ids["message:1"]) < order.index(ids["message:2"])
    assert len(order) == 3


def test_a_lease_that_ran_out_is_taken_over_and_the_first_holder_has_no_say() -> None:
    message = queue()
    (mine,) = leasing.claim(limit=1)
    assert leasing.claim(limit=1) == []
    OutboundMessage.objects.update(leased_until=Now() - timedelta(seconds=1))
    (theirs,) = leasing.claim(limit=1)
    assert not leasing.mark_sent(mine)
    assert state_of(message) == OutboundState.SENDING
    assert leasing.mark_sent(theirs)
    assert state_of(message) == OutboundState.SENT


def claim_in_threads(claim: Any, workers: int = 6) -> list[int]:
    """Primary keys claimed by workers that all start at once."""

    def work(_number: int) -> list[int]:
        try:
            claimed: list[int] = []
            while batch := claim():
                claimed += batch
            return claimed
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return [pk for claimed in pool.map(work, range(workers)) for pk in claimed]


@pytest.mark.django_db(transaction=True)
def test_no_message_is_claimed_by_two_workers() -> None:
    for number in range(60):
        queue(f"message:{number}")
    claimed = claim_in_threads(lambda: [message.pk for message in leasing.claim(limit=3)])
    assert sorted(claimed) == sorted(OutboundMessage.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_control_without_row_locks_two_workers_do_claim_the_same_message() -> None:
    """Shows that the race above is real: the same claim without SKIP LOCKED takes messages twice."""
    for number in range(60):
        queue(f"message:{number}")

    def unlocked() -> list[int]:
        due = OutboundMessage.objects.filter(state=OutboundState.QUEUED).order_by("pk")
        pks = list(due.values_list("pk", flat=True)[:3])
        lease = Now() + leasing.LEASE
        OutboundMessage.objects.filter(pk__in=pks).update(state=OutboundState.SENDING, leased_until=lease)
        return pks

    claimed = claim_in_threads(unlocked)
    assert len(claimed) > len(set(claimed))


def drafts(count: int, *, begin: int = 0, to: str = "") -> list[Draft]:
    headers = {"Auto-Submitted": "auto-generated"}
    return [
        Draft(f"m:{number}", to or f"c{number}@customer.example", "Outage", "It is down.", headers=headers)
        for number in range(begin, begin + count)
    ]


def test_fifty_messages_cost_as_many_queries_as_one() -> None:
    costs = []
    for batch in (drafts(1), drafts(50, begin=1)):
        with CaptureQueriesContext(connection) as context:
            assert set(enqueue_all(batch)) == {draft.key for draft in batch}
        costs.append(len(context))
    assert costs[0] == costs[1]
    assert send_due().sent == 51


def test_messages_enqueued_together_repeat_none_and_keep_the_limit_of_an_address() -> None:
    first = enqueue(Draft("m:0", "c0@customer.example", "Outage", "It was down."))
    together = enqueue_all(drafts(AUTOMATIC_PER_HOUR + 3, to="c0@customer.example"))
    assert together["m:0"] == first
    assert sum(row.state == OutboundState.DEAD for row in together.values()) == 2
