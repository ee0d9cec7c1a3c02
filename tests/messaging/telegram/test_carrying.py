"""Answers to chats: in pieces that fit, with patience when it is asked for, and by another way when the chat is shut."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db.models.functions import Now
from hypothesis import given
from hypothesis import strategies as st

from messaging.enums import Channel, OutboundState
from messaging.models import OutboundMessage
from messaging.services.delivering import send_due
from messaging.services.returning import note_returned
from messaging.services.sending import Draft, enqueue
from messaging.services.telegram.splitting import LIMIT, split
from tests.messaging.telegram.server import BotServer


def put(key: str = "message:1", text: str = "It is up again.", **more: object) -> OutboundMessage:
    values = {"channel": Channel.TELEGRAM, "to": "support:77", "subject": "[26-1] Server", **more}
    return enqueue(Draft(key=key, text=text, **values))  # type: ignore[arg-type]


def send() -> tuple[int, int, int]:
    done = send_due(channel=Channel.TELEGRAM)
    return done.sent, done.failed, done.dead


@pytest.mark.django_db
def test_a_message_reaches_its_chat_and_its_number_is_kept(telegram: BotServer) -> None:
    row = put(headers={"reply-to-message": "12"})
    assert send() == (1, 0, 0)
    (sent,) = telegram.sent
    assert (sent["chat_id"], sent["text"]) == ("77", "It is up again.")
    assert sent["reply_parameters"]["message_id"] == 12
    row.refresh_from_db()
    assert (row.state, row.external_id) == (OutboundState.SENT, "1001")


@pytest.mark.django_db
def test_mail_does_not_wait_for_a_chat_service_that_is_away(telegram: BotServer, settings: object) -> None:
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    put()
    enqueue(Draft("mail:1", "it@customer.example", "Server", "It is up."))
    assert send() == (0, 1, 0)
    assert send_due(channel=Channel.MAIL).sent == 1


@pytest.mark.django_db
def test_when_patience_is_asked_for_everything_waits_and_no_attempt_is_used(telegram: BotServer) -> None:
    put("a")
    put("b")
    telegram.say_no(429, "Too Many Requests", retry_after=30)
    assert send() == (0, 0, 0)
    waiting = OutboundMessage.objects.filter(next_attempt_at__gt=Now() + timedelta(seconds=20))
    assert list(waiting.values_list("state", "attempts")) == [(OutboundState.QUEUED, 0)] * 2
    OutboundMessage.objects.update(next_attempt_at=Now())
    assert send() == (2, 0, 0)


@pytest.mark.django_db
def test_a_chat_that_blocked_us_is_left_and_the_words_go_by_mail(telegram: BotServer) -> None:
    telegram.say_no(403, "Forbidden: bot was blocked by the user")
    row = put(
        fallbacks=[{"channel": "mail", "to": "it@customer.example", "text": "It is up again.\n--\nRequest"}]
    )
    assert send() == (0, 0, 1)
    row.refresh_from_db()
    assert (row.state, row.last_error) == (OutboundState.DEAD, "403 Forbidden: bot was blocked by the user")
    assert send_due().sent == 1
    assert mail.outbox[0].to == ["it@customer.example"]
    assert mail.outbox[0].subject == "[26-1] Server"


@pytest.mark.django_db
def test_a_way_that_keeps_failing_is_left_sooner_when_there_is_another(
    telegram: BotServer, settings: object
) -> None:
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    row = put(fallbacks=[{"channel": "mail", "to": "it@customer.example", "text": "x"}])
    for _attempt in range(3):
        send()
        OutboundMessage.objects.filter(pk=row.pk).update(next_attempt_at=Now())
    row.refresh_from_db()
    assert (row.state, row.attempts) == (OutboundState.DEAD, 3)
    assert send_due().sent == 1


@pytest.mark.django_db
def test_a_missing_token_is_our_trouble_and_refuses_nobody_for_good(
    telegram: BotServer, settings: object
) -> None:
    settings.TELEGRAM_BOTS = {"support": {"token": "wrong", "username": "", "updates": "webhook"}}  # type: ignore[attr-defined]
    row = put()
    assert send() == (0, 1, 0)
    row.refresh_from_db()
    assert row.state == OutboundState.FAILED


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=600), st.integers(20, 100))
def test_pieces_fit_and_lose_nothing_but_space(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(0 < len(piece.encode("utf-16-le")) // 2 <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_long_text_is_cut_between_paragraphs() -> None:
    first, second = "a" * 3000, "b" * 3000
    assert split(f"{first}\n\n{second}") == [first, second]
    assert [len(piece) for piece in split("😀" * 4000)] == [LIMIT // 2, 4000 - LIMIT // 2]


@pytest.mark.django_db
def test_a_bot_that_is_set_up_no_more_is_final_and_mail_takes_over(telegram: BotServer) -> None:
    put(to="gone:77", fallbacks=[{"channel": "mail", "to": "it@customer.example", "text": "x"}])
    assert send() == (0, 0, 1)
    assert send_due().sent == 1


@pytest.mark.django_db
def test_a_mail_that_came_back_goes_on_by_the_chat(telegram: BotServer) -> None:
    ways = [{"channel": "telegram", "to": "support:77", "text": "It is up again."}]
    enqueue(
        Draft("mail:1", "it@customer.example", "Server", "It is up.", ticket_ref="26-0000001", fallbacks=ways)
    )
    assert send_due().sent == 1
    row = OutboundMessage.objects.get()
    report = (
        f"Action: failed\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\nMessage-ID: {row.message_id}\r\n"
    )
    assert note_returned(report=report, ticket_ref="26-0000001") == 1
    assert send() == (1, 0, 0)
    assert telegram.sent[0]["text"] == "It is up again."
