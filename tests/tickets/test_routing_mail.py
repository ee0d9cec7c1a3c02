"""Mail becomes tickets and messages: whose it is, what it answers, and what a stranger cannot do."""

import re
from datetime import timedelta

import pytest
from django.core import mail as sent_mail
from django.db.models.functions import Now

from accounts.enums import Actor
from accounts.queries import contact_actor, operator_actor
from messaging.enums import InboundState, OutboundState
from messaging.models import InboundMessage, Mailbox, OutboundMessage
from messaging.services.delivering import send_due
from messaging.services.settling import MAX_ATTEMPTS
from tests.factories import MailAddressFactory, OperatorFactory
from tests.messaging.factories import raw_mail, received
from tickets.enums import Channel, MessageKind, State
from tickets.models import Message, Ticket
from tickets.services.moving import move
from tickets.services.noting import add_note
from tickets.services.replying import reply
from tickets.services.routing import route, route_due
from tickets.tasks import route_inbound, route_stored

pytestmark = pytest.mark.django_db

IT = "it@customer.example"


@pytest.fixture
def contact():
    return MailAddressFactory(value=IT, contact__customer__domains=["customer.example"]).contact


@pytest.fixture
def operator() -> Actor:
    row = OperatorFactory()
    return operator_actor(row, row.user)


def routed(**mail: object) -> InboundMessage:
    message = received(**mail)
    route(message_id=message.pk)
    message.refresh_from_db()
    return message


def answer_to(
    outbound: OutboundMessage, text: str = "Thank you for asking, it is web-01.", **mail: object
) -> InboundMessage:
    """The customer presses «Reply» on our mail."""
    send_due()
    sent = next(m for m in sent_mail.outbox if m.extra_headers["Message-ID"] == outbound.message_id)
    values = {"sender": outbound.to, "to": sent.reply_to[0], "subject": f"Re: {sent.subject}", **mail}
    return routed(text=text, In_Reply_To=outbound.message_id, **values)


def test_a_mail_of_a_known_contact_opens_a_ticket_of_the_customer(contact) -> None:
    message = routed(
        subject="Re: Fwd: Сервер", text="Не отвечает.\n\n--\nИТ", message_id="<a@customer.example>"
    )
    ticket = Ticket.objects.get(number=message.routed_to)
    assert (message.state, message.sender) == (InboundState.ROUTED, IT)
    assert (ticket.subject, ticket.channel, ticket.contact, ticket.customer) == (
        "Сервер",
        Channel.MAIL,
        contact,
        contact.customer,
    )
    first = ticket.messages.get()
    assert (first.text, first.kind, first.is_human, first.external_id) == (
        "Не отвечает.", MessageKind.CUSTOMER, True, "<a@customer.example>",
    )  # fmt: skip
    assert ticket.received_at == message.received_at


def test_the_receipt_is_automatic_repeats_nothing_and_answers_no_first_response(contact) -> None:
    message = routed(subject="BUY NOW http://spam.example")
    (receipt,) = OutboundMessage.objects.all()
    ticket = Ticket.objects.get(number=message.routed_to)
    assert receipt.headers["Auto-Submitted"] == "auto-replied"
    assert "BUY" not in receipt.subject + receipt.text
    assert (receipt.to, receipt.ticket_ref) == (IT, ticket.number)
    assert ticket.first_response_at is None
    send_due()
    assert sent_mail.outbox[0].extra_headers["In-Reply-To"] == message.message_id


def test_a_stranger_is_filed_by_domain_and_anybody_else_as_unknown(contact) -> None:
    colleague = Ticket.objects.get(number=routed(sender="New person <new@customer.example>").routed_to)
    assert (colleague.customer, colleague.contact, colleague.reply_to) == (
        contact.customer,
        None,
        "new@customer.example",
    )
    nobody = Ticket.objects.get(
        number=routed(sender="x@elsewhere.example", text="Please, the whole site is down").routed_to
    )
    assert (nobody.customer, nobody.contact, nobody.language) == (None, None, "en")


def test_an_unverified_address_is_not_its_contact() -> None:
    MailAddressFactory(value=IT, is_verified=False)
    assert Ticket.objects.get(number=routed().routed_to).contact is None


def test_an_answer_to_our_mail_joins_its_ticket_and_moves_it(contact, operator) -> None:
    ticket = Ticket.objects.get(number=routed().routed_to)
    reply(actor=operator, ticket_id=ticket.pk, text="Which server is it?")
    message = answer_to(OutboundMessage.objects.get(key__startswith="message:"))
    assert message.routed_to == ticket.number
    newest = ticket.messages.latest("pk")
    assert (newest.text, newest.author_contact, newest.kind) == (
        "Thank you for asking, it is web-01.", contact, MessageKind.CUSTOMER,
    )  # fmt: skip
    assert Ticket.objects.count() == 1


def test_the_answer_of_an_unknown_sender_to_whom_we_wrote_joins_too(operator) -> None:
    ticket = Ticket.objects.get(number=routed(sender="x@elsewhere.example").routed_to)
    reply(actor=operator, ticket_id=ticket.pk, text="Who are you?")
    answer_to(OutboundMessage.objects.get(key__startswith="message:"), text="A visitor")
    newest = ticket.messages.latest("pk")
    assert (newest.text, newest.kind, newest.author_name) == (
        "A visitor",
        MessageKind.CUSTOMER,
        "x@elsewhere.example",
    )


def test_the_reply_address_alone_is_enough_when_a_program_drops_the_thread_headers(contact, operator) -> None:
    ticket = Ticket.objects.get(number=routed().routed_to)
    reply(actor=operator, ticket_id=ticket.pk, text="Which one?")
    send_due()
    back = sent_mail.outbox[-1].reply_to[0]
    assert routed(to=back, text="web-01").routed_to == ticket.number


def test_a_second_mail_of_the_contact_in_the_same_thread_joins(contact) -> None:
    first = routed(message_id="<a@customer.example>")
    second = routed(text="And web-02 too", References="<a@customer.example>")
    assert second.routed_to == first.routed_to


def test_a_number_in_the_subject_gives_no_access(contact) -> None:
    number = routed().routed_to
    for sender in ("stranger@elsewhere.example", "other@customer.example"):
        assert routed(sender=sender, subject=f"Re: [{number}] Server").routed_to != number


def test_copied_thread_headers_give_a_stranger_no_access(contact) -> None:
    first = routed(message_id="<a@customer.example>")
    stolen = routed(sender="stranger@elsewhere.example", References="<a@customer.example>")
    assert stolen.routed_to != first.routed_to
    assert Ticket.objects.get(number=first.routed_to).messages.count() == 1


def test_a_contact_of_another_customer_gets_nowhere_with_copied_headers(contact) -> None:
    MailAddressFactory(value="it@other.example")
    first = routed(message_id="<a@customer.example>")
    assert routed(sender="it@other.example", References="<a@customer.example>").routed_to != first.routed_to


def test_a_forwarded_token_in_a_strangers_hands_is_only_a_note(contact, operator) -> None:
    ticket = Ticket.objects.get(number=routed().routed_to)
    reply(actor=operator, ticket_id=ticket.pk, text="Which server is it?")
    state = Ticket.objects.get(pk=ticket.pk).state
    message = answer_to(
        OutboundMessage.objects.get(key__startswith="message:"), sender="friend@elsewhere.example"
    )
    newest = ticket.messages.latest("pk")
    assert (message.routed_to, newest.kind, newest.is_internal) == (ticket.number, MessageKind.NOTE, True)
    assert "friend@elsewhere.example" in newest.text
    assert Ticket.objects.get(pk=ticket.pk).state == state
    assert not Message.objects.visible_to(contact_actor(contact)).filter(pk=newest.pk).exists()


def test_a_made_up_token_gives_no_access(contact) -> None:
    number = routed().routed_to
    forged = routed(sender="stranger@elsewhere.example", to=f"support+{number}.{'a' * 20}@desk.example")
    assert forged.routed_to != number


def test_nobody_becomes_an_operator_by_mail(contact, operator) -> None:
    address = OperatorFactory(user__email="op11@desk.example").user.email
    ticket = Ticket.objects.get(number=routed().routed_to)
    message = answer_to(OutboundMessage.objects.get(), sender=address)
    assert (message.state, message.reason) == (InboundState.PARKED, "operators do not work by mail")
    assert ticket.messages.count() == 1


@pytest.mark.parametrize(
    "marks",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Loop": "support@desk.example"},
        {"sender": "support@desk.example"},
    ],
)
def test_machine_mail_on_no_thread_is_kept_and_answers_nothing(contact, marks) -> None:
    message = routed(**marks)
    assert message.state == InboundState.IGNORED
    assert not Ticket.objects.exists()
    assert not OutboundMessage.objects.exists()


def test_a_newsletter_waits_for_a_person_to_look(contact) -> None:
    assert routed(List_Id="<news.vendor.example>").state == InboundState.PARKED


def test_an_absence_notice_neither_resumes_nor_reopens(contact, operator) -> None:
    ticket = Ticket.objects.get(number=routed().routed_to)
    reply(actor=operator, ticket_id=ticket.pk, text="Which server is it?")
    Ticket.objects.filter(pk=ticket.pk)
    before = Ticket.objects.get(pk=ticket.pk).state
    message = answer_to(
        OutboundMessage.objects.get(key__startswith="message:"),
        text="On leave",
        Auto_Submitted="auto-replied",
    )
    assert (message.state, message.routed_to) == (InboundState.IGNORED, ticket.number)
    assert ticket.messages.latest("pk").kind == MessageKind.NOTE
    assert Ticket.objects.get(pk=ticket.pk).state == before


def test_a_bounce_is_noted_on_the_ticket_whose_mail_came_back(contact, operator) -> None:
    ticket = Ticket.objects.get(number=routed().routed_to)
    reply(actor=operator, ticket_id=ticket.pk, text="Which server is it?")
    ours = OutboundMessage.objects.get(key__startswith="message:").message_id
    bounce = (
        b"From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\nContent-Type: multipart/report; boundary=X\r\n\r\n--X\r\n\r\n"
        b"user unknown\r\n--X\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: "
        + ours.encode()
        + b"\r\n--X--"
    )
    message = received(bounce, envelope_from="")
    route(message_id=message.pk)
    note = ticket.messages.latest("pk")
    assert (note.kind, "user unknown" in note.text) == (MessageKind.NOTE, True)


def report(ours: str, action: bytes, diagnostic: bytes = b"smtp; 552 5.2.2 mailbox full") -> bytes:
    """A delivery report as mail servers write it (RFC 3464)."""
    return (
        b"From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=X\r\n\r\n--X\r\n\r\nSorry.\r\n"
        b"--X\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        b"Final-Recipient: rfc822; ann@customer.example\r\nAction: " + action + b"\r\n"
        b"Diagnostic-Code: " + diagnostic + b"\r\n--X\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: "
        + ours.encode() + b"\r\n--X--"
    )  # fmt: skip


def answered(operator, ticket: Ticket) -> OutboundMessage:
    """An answer that the receiving server has taken."""
    reply(actor=operator, ticket_id=ticket.pk, text="Which server is it?")
    OutboundMessage.objects.filter(key__startswith="message:").update(state=OutboundState.SENT, sent_at=Now())
    return OutboundMessage.objects.get(key__startswith="message:")


def test_an_answer_that_comes_back_is_no_longer_called_delivered(contact, operator) -> None:
    ticket = Ticket.objects.get(number=routed().routed_to)
    sent = answered(operator, ticket)
    route(message_id=received(report(sent.message_id, b"failed"), envelope_from="").pk)
    back = OutboundMessage.objects.get(pk=sent.pk)
    assert (back.state, back.sent_at, back.last_error) == (OutboundState.DEAD, None, "552 5.2.2 mailbox full")


@pytest.mark.parametrize("action", [b"delayed", b"delivered", b"relayed"])
def test_a_report_that_is_not_final_takes_nothing_back(contact, operator, action) -> None:
    ticket = Ticket.objects.get(number=routed().routed_to)
    sent = answered(operator, ticket)
    route(message_id=received(report(sent.message_id, action), envelope_from="").pk)
    assert OutboundMessage.objects.get(pk=sent.pk).state == OutboundState.SENT


def test_a_report_about_another_mail_takes_this_one_not_back(contact, operator) -> None:
    ticket = Ticket.objects.get(number=routed().routed_to)
    sent = answered(operator, ticket)
    guessed = re.sub(r"\.[0-9a-f]{16}@", ".0123456789abcdef@", sent.message_id)
    route(message_id=received(report(guessed, b"failed"), envelope_from="").pk)
    assert OutboundMessage.objects.get(pk=sent.pk).state == OutboundState.SENT


def test_two_help_desks_facing_each_other_stop_after_one_exchange(contact) -> None:
    """The other desk marks nothing: its receipts carry our thread, join the ticket and get no answer."""
    routed()
    for _round in range(5):
        receipt = OutboundMessage.objects.latest("pk")
        answer_to(receipt, text="Your request is registered")
    assert OutboundMessage.objects.count() == 1
    assert Ticket.objects.count() == 1


def test_the_same_mail_by_two_mailboxes_is_one_ticket(contact) -> None:
    noc = Mailbox.objects.create(address="noc@desk.example")
    raw = raw_mail(message_id="<a@customer.example>")
    for message in (received(raw), received(raw, mailbox=noc)):
        route(message_id=message.pk)
    assert Ticket.objects.count() == 1
    assert set(InboundMessage.objects.values_list("routed_to", flat=True)) == {Ticket.objects.get().number}


def test_another_text_under_a_used_message_id_is_not_lost(contact) -> None:
    first = routed(text="first", message_id="<a@customer.example>")
    second = routed(text="second", message_id="<a@customer.example>")
    assert second.routed_to == first.routed_to
    stranger = routed(text="third", sender="x@elsewhere.example", message_id="<a@customer.example>")
    assert stranger.routed_to not in {"", first.routed_to}


def test_routing_twice_changes_nothing(contact) -> None:
    message = routed()
    route(message_id=message.pk)
    route_inbound(message.pk)
    assert Ticket.objects.count() == 1


def test_the_sweep_finds_mail_whose_bell_was_lost(contact) -> None:
    received(text="one")
    received(text="two")
    assert route_stored() == 2
    assert Ticket.objects.count() == 2
    assert route_due() == 0


def test_an_unreadable_mail_is_parked_and_does_not_stop_the_next(contact) -> None:
    bad = received(b"Content-Type: multipart/mixed; boundary=X\r\n\r\n" + b"--X\r\n\r\na\r\n" * 3000)
    good = received()
    route_due()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (InboundState.PARKED, InboundState.ROUTED)
    assert "parts" in bad.reason


def test_a_failure_of_ours_leaves_the_mail_for_a_later_attempt(contact, settings) -> None:
    message = received()
    settings.TICKET_EVENT_SUBSCRIBERS = ["tests.tickets.test_routing_mail.broken_subscriber"]
    route(message_id=message.pk)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (InboundState.STORED, 1)
    assert "ZeroDivisionError" in message.reason
    assert not Ticket.objects.exists()
    InboundMessage.objects.update(attempts=MAX_ATTEMPTS, next_attempt_at=message.received_at)
    route(message_id=message.pk)
    message.refresh_from_db()
    assert message.state == InboundState.PARKED


def broken_subscriber(ticket: Ticket, event: object) -> None:
    raise ZeroDivisionError


def test_files_come_along_and_those_not_taken_are_named(contact) -> None:
    raw = raw_mail(files={"log.txt": b"x", "run.exe": b"MZ"})
    message = received(raw)
    route(message_id=message.pk)
    ticket = Ticket.objects.get()
    assert [file.name for file in ticket.messages.earliest("pk").attachments.all()] == ["log.txt"]
    note = ticket.messages.latest("pk")
    assert (note.kind, "run.exe" in note.text) == (MessageKind.NOTE, True)


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_a_mail_with_only_a_subject_is_a_request(contact, text: str) -> None:
    ticket = Ticket.objects.get(number=routed(subject="Server down", text=text).routed_to)
    assert ticket.messages.get().text == "Server down"


def test_the_clock_starts_when_our_own_mx_took_the_mail(contact, settings) -> None:
    settings.MAIL_MX_HOST = "mx.desk.example"
    stored = received()
    earlier = stored.received_at - timedelta(seconds=55)
    stamp = f"Received: from x by mx.desk.example; {earlier:%a, %d %b %Y %H:%M:%S +0000}\r\n".encode()
    InboundMessage.objects.filter(pk=stored.pk).update(raw=stamp + bytes(stored.raw))
    route(message_id=stored.pk)
    assert abs(Ticket.objects.get().received_at - earlier) < timedelta(seconds=1)


def test_a_mail_answering_a_closed_request_past_its_window_opens_a_follow_up(contact, operator) -> None:
    ticket = Ticket.objects.get(number=routed(message_id="<a@customer.example>").routed_to)
    move(
        actor=operator,
        ticket_id=ticket.pk,
        transition="cancel",
        reason="withdrawn",
        message="Withdrawn as you asked.",
    )
    message = routed(References="<a@customer.example>", text="It is back")
    follow_up = Ticket.objects.get(number=message.routed_to)
    assert follow_up.follow_up_of == ticket
    assert ticket.messages.filter(kind=MessageKind.CUSTOMER).count() == 1


def test_an_answer_to_spam_waits_for_a_person(contact, operator) -> None:
    ticket = Ticket.objects.get(number=routed(sender="x@elsewhere.example").routed_to)
    receipt = OutboundMessage.objects.get()
    move(actor=operator, ticket_id=ticket.pk, transition="mark_spam")
    assert Ticket.objects.get(pk=ticket.pk).state == State.SPAM
    assert answer_to(receipt).state == InboundState.PARKED


@pytest.mark.parametrize("lines", [1, 50])
def test_the_number_of_queries_does_not_grow_with_the_thread(
    contact, operator, lines: int, django_assert_max_num_queries
) -> None:
    ticket = Ticket.objects.get(number=routed(message_id="<a@customer.example>").routed_to)
    for number in range(lines):
        add_note(actor=operator, ticket_id=ticket.pk, text=f"note {number}")
    message = received(text="more", References="<a@customer.example>")
    with django_assert_max_num_queries(40):
        route(message_id=message.pk)
