"""Reading mail: what people write, what machines write, and what is broken."""

import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.services.parsing import MAX_PARTS, UnreadableError, parse
from tests.messaging.factories import raw_mail


def test_a_plain_mail_is_read() -> None:
    mail = parse(
        raw_mail(
            "Hello\n\nthe disk is full", sender='"IT, director" <IT@Customer.Example>', message_id="<a@b>"
        )
    )
    assert (mail.from_name, mail.from_address) == ("IT, director", "it@customer.example")
    assert (mail.subject, mail.text, mail.quoted) == ("Server", "Hello\n\nthe disk is full", "")
    assert (mail.message_id, mail.recipients, mail.is_machine) == ("<a@b>", ["support@desk.example"], False)


def test_russian_headers_and_an_old_charset_are_read() -> None:
    raw = (
        b"From: =?koi8-r?B?6dfBzg==?= <a@customer.example>\r\nSubject: =?windows-1251?B?8eXw4uXw?=\r\n =?utf-8?b?INC90LXRgg==?=\r\n"
        b"Content-Type: text/plain; charset=windows-1251\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    ) + "Сервер не отвечает".encode("cp1251")
    mail = parse(raw)
    assert (mail.from_name, mail.subject, mail.text) == ("Иван", "сервер нет", "Сервер не отвечает")


@pytest.mark.parametrize("charset", ["x-nonsense", "utf-8", "unknown-8bit", ""])
def test_a_wrong_charset_does_not_lose_the_text(charset: str) -> None:
    raw = (
        f"From: a@b.example\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()
        + "диск".encode("cp1251")
    )
    assert parse(raw).text == "диск"


def test_html_alone_becomes_text_with_its_lines() -> None:
    mail = parse(
        b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<style>p{}</style><p>Disk &amp; node<br>full</p>"
        b"<script>x()</script><div>now</div><blockquote>old</blockquote>"
    )
    assert mail.text == "Disk & node\nfull\nnow"
    assert mail.quoted == "> old"


def test_plain_text_is_preferred_to_html() -> None:
    assert parse(raw_mail("plain", html="<b>html</b>")).text == "plain"


def test_files_keep_their_names_as_names_only() -> None:
    mail = parse(raw_mail(files={"../../etc/пароли.txt": b"x", "a\u202etxt.exe": b"y"}))
    assert [(file.name, file.content) for file in mail.attachments] == [
        ("пароли.txt", b"x"),
        ("atxt.exe", b"y"),
    ]


def test_an_inline_picture_keeps_its_content_id() -> None:
    raw = (
        b"From: a@b.example\r\nContent-Type: multipart/related; boundary=X\r\n\r\n--X\r\nContent-Type: text/html\r\n\r\n<p>see"
        b"\r\n--X\r\nContent-Type: image/png\r\nContent-ID: <pic1>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--X--"
    )
    (picture,) = parse(raw).attachments
    assert (picture.content_id, picture.content_type, picture.content) == ("pic1", "image/png", b"\x89PNG")


def test_a_forwarded_mail_is_one_file_whose_content_is_not_read_as_ours() -> None:
    inner = raw_mail("inner", subject="Inner")
    raw = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\n\r\nouter\r\n--X\r\n"
        b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--X--"
    )
    mail = parse(raw)
    assert mail.text == "outer"
    assert [file.name for file in mail.attachments] == ["message.eml"]
    assert b"inner" in mail.attachments[0].content


MACHINES = [
    ({"Auto_Submitted": "auto-replied"}, "auto-submitted"),
    ({"Auto_Submitted": "auto-generated (rejected)"}, "auto-submitted"),
    ({"X_Auto_Response_Suppress": "All"}, "auto-response-suppress"),
    ({"Precedence": "bulk"}, "precedence"),
    ({"Precedence": "auto_reply"}, "precedence"),
    ({"Precedence": "List"}, "precedence"),
    ({"List_Id": "<news.example>"}, "mailing-list"),
    ({"List_Unsubscribe": "<mailto:x@y.example>"}, "mailing-list"),
    ({"X_Autoreply": "yes"}, "auto-reply"),
    ({"X_Loop": "support@desk.example"}, "own-loop"),
    ({"sender": "MAILER-DAEMON@mx.example"}, "robot-sender"),
    ({"sender": "No-Reply@vendor.example"}, "robot-sender"),
    ({"sender": "support@desk.example"}, "own-address"),
    ({"Return_Path": "<>"}, "null-return-path"),
]


@pytest.mark.parametrize(("marks", "reason"), MACHINES)
def test_machine_mail_is_known_by_its_marks(marks: dict[str, str], reason: str) -> None:
    mail = parse(
        raw_mail(**marks), envelope_from="x@y.example", own_addresses=frozenset({"support@desk.example"})
    )
    assert mail.machine_reason == reason


@pytest.mark.parametrize(
    ("method", "machine"), [("REPLY", "calendar"), ("cancel", "calendar"), ("REQUEST", "")]
)
def test_an_answer_of_a_calendar_is_machine_mail_and_an_invitation_is_a_persons(
    method: str, machine: str
) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "it@customer.example", "Accepted: works on Friday"
    mail.set_content("Accepted")
    mail.add_alternative("BEGIN:VCALENDAR\nEND:VCALENDAR\n", subtype="calendar", params={"method": method})
    assert parse(mail.as_bytes()).machine_reason == machine


def test_a_delivery_report_and_a_null_return_path_are_machine_mail() -> None:
    report = b"From: a@b.example\r\nContent-Type: multipart/report; boundary=X\r\n\r\n--X\r\n\r\nundelivered\r\n--X--"
    assert parse(report).machine_reason == "delivery-report"
    assert parse(raw_mail(), envelope_from="").machine_reason == "null-return-path"


@pytest.mark.parametrize(
    "marks",
    [{}, {"Auto_Submitted": "no"}, {"Precedence": "first-class"}, {"X_Auto_Response_Suppress": "None"}],
)
def test_a_persons_mail_is_not_taken_for_a_machines(marks: dict[str, str]) -> None:
    assert not parse(raw_mail(**marks), envelope_from="it@customer.example").is_machine


def test_the_thread_is_listed_oldest_first_with_the_direct_answer_last() -> None:
    mail = parse(raw_mail(References="<a@x> <b@x>", In_Reply_To="<c@x>"))
    assert mail.references == ["<a@x>", "<b@x>", "<c@x>"]


def test_only_the_stamp_of_our_own_mx_tells_the_time_of_receipt() -> None:
    raw = b"Received: from x by mx.desk.example with ESMTP; Mon, 23 Nov 2026 10:00:00 +0300\r\n" + raw_mail(
        Date="Mon, 23 Nov 2026 09:00:00 +0300"
    )
    assert parse(raw, mx_host="mx.desk.example").handed_over == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert parse(raw, mx_host="other.example").handed_over is None
    assert parse(raw).handed_over is None


@pytest.mark.parametrize("header", ["Subject", "From", "To", "Message-ID", "Date", "References"])
def test_no_header_can_smuggle_another_line(header: str) -> None:
    raw = f"{header}: =?utf-8?q?a=0D=0ABcc:_victim=40x.example?= <a@b.example>\r\n\r\ntext".encode()
    mail = parse(raw)
    for value in (mail.subject, mail.from_name, mail.from_address, *mail.recipients, *mail.headers.values()):
        assert "\n" not in value
        assert "\r" not in value


BROKEN = {
    "no headers": b"just text without any header",
    "headers only": b"Subject: x\r\n",
    "no colon": b"Subject x\r\n\r\ntext",
    "nul": b"Subject: a\x00b\r\n\r\nte\x00xt",
    "binary": bytes(range(256)) * 20,
    "huge header": b"Subject: " + b"x" * 1_000_000 + b"\r\n\r\ntext",
    "many headers": b"X-A: 1\r\n" * 20_000 + b"\r\ntext",
    "many addresses": b"To: " + b"a@b.example, " * 100_000 + b"\r\n\r\ntext",
    "bad base64": b"Content-Transfer-Encoding: base64\r\n\r\n!!!not base64!!!",
    "bad quoted-printable": b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ=\xff=",
    "bad encoded word": b"Subject: =?utf-8?b?////?= =?x?y?z?= =?utf-8?q?=FF?=\r\n\r\ntext",
    "bad boundary": b"Content-Type: multipart/mixed\r\n\r\n--\r\ntext",
    "unclosed boundary": b"Content-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\n\r\ntext",
    "bad content type": b"Content-Type: ;;;=\r\n\r\ntext",
    "bad date": b"Date: 99 Foo 99999 99:99:99 +9999\r\n\r\ntext",
    "bad from": b"From: <<<>>>@@@,;:\r\n\r\ntext",
    "bad file name": b"Content-Disposition: attachment; filename*=x''%ZZ; filename*0*=utf-8''%FF\r\n\r\ntext",
    "lone surrogate": "Subject: \udcff\r\n\r\ntext".encode("utf-8", "surrogateescape"),
    "only line ends": b"\r\n" * 50_000 + b"x",
    "uuencode": b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n!!!\nend",
    "deep html": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000 + b"text",
    "cut html": b"Content-Type: text/html\r\n\r\n<p>a<![x<!DOCTYPE [<!--",
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
def test_broken_mail_is_read_as_far_as_it_goes(raw: bytes) -> None:
    began = time.process_time()
    mail = parse(raw)
    assert time.process_time() - began < 5
    for value in (mail.subject, mail.text, mail.quoted, mail.from_address, mail.message_id):
        assert "\x00" not in value
        value.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"  \r\n \r\n",
        b"Content-Type: multipart/mixed; boundary=X\r\n\r\n" + b"--X\r\n\r\na\r\n" * 10_000 + b"--X--",
    ],
    ids=["empty", "blank", "10,000 parts"],
)
def test_what_nobody_could_read_says_so(raw: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse(raw)


def test_500_nested_mails_end_well() -> None:
    raw = b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"Subject: inner\r\n\r\ntext"
    try:
        assert len(parse(raw).attachments) <= MAX_PARTS
    except UnreadableError as error:
        assert "RecursionError" in str(error)  # noqa: PT017 — both ends are right


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused_by_name(raw: bytes) -> None:
    try:
        mail = parse(raw, envelope_from="")
    except UnreadableError:
        return
    (mail.subject + mail.text + mail.quoted + mail.from_name).encode()
