"""Files: what is taken, under which name, and who gets them back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from accounts.enums import Actor
from common.errors import Invalid, TooLarge
from tests import factories
from tickets.models import Attachment
from tickets.services.attaching import safe_name
from tickets.services.noting import add_note
from tickets.services.receiving import receive_message

pytestmark = pytest.mark.django_db
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
)


@pytest.fixture
def customer() -> Actor:
    return factories.contact()


def attach(customer: Actor, name: str, data: bytes = b"text", **headers: str) -> Attachment:
    file = SimpleUploadedFile(name, data, **headers)
    message = receive_message(
        actor=customer, ticket_id=factories.ticket(customer).pk, text="See the file.", attachments=[file]
    )
    return message.attachments.get()


def test_a_file_keeps_its_bytes_and_its_name_but_lies_under_a_random_key(customer: Actor) -> None:
    kept = attach(customer, "отчёт за ноябрь.txt", b"seven lines")
    assert kept.name == "отчёт за ноябрь.txt"
    assert kept.file.read() == b"seven lines"
    assert "отчёт" not in kept.file.name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\u202egnp.txt", "agnp.txt"),
        ("line\r\nbreak.log", "linebreak.log"),
        ("\u200b.htaccess", "htaccess"),
        ("x" * 300 + ".pdf", "x" * 190 + ".pdf"),
        ("", "file"),
    ],
)
def test_a_hostile_file_name_is_only_data(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept


@pytest.mark.parametrize("name", ["run.exe", "page.html", "script.js", "macro.docm", "noending", ".htaccess"])
def test_types_that_nobody_needs_are_refused_by_name(name: str, customer: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        attach(customer, name)
    assert refused.value.extra["field"] == "attachments"


@override_settings(ATTACHMENT_MAX_BYTES=10)
def test_a_file_over_the_limit_is_refused_and_nothing_is_written(customer: Actor) -> None:
    with pytest.raises(TooLarge):
        attach(customer, "big.txt", b"eleven bytes")
    assert not Attachment.objects.exists()


@override_settings(ATTACHMENT_MAX_COUNT=1)
def test_too_many_files_are_refused(customer: Actor) -> None:
    files = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(2)]
    with pytest.raises(Invalid):
        receive_message(
            actor=customer, ticket_id=factories.ticket(customer).pk, text="Two.", attachments=files
        )


def test_the_senders_content_type_is_never_believed(customer: Actor) -> None:
    lied = attach(customer, "picture.png", b"<html><script>alert(1)</script>", content_type="image/png")
    assert lied.content_type == "application/octet-stream"
    assert attach(customer, "picture.png", PNG).content_type == "image/png"


def test_a_file_of_an_internal_note_is_as_internal_as_the_note(customer: Actor) -> None:
    operator, ticket = factories.operator(1), factories.ticket(customer)
    note = add_note(
        actor=operator,
        ticket_id=ticket.pk,
        text="Log",
        attachments=[SimpleUploadedFile("log.txt", b"secret")],
    )
    file = note.attachments.get()
    assert file in Attachment.objects.visible_to(operator)
    assert file not in Attachment.objects.visible_to(customer)
    assert file not in Attachment.objects.visible_to(factories.contact())
    assert file not in Attachment.objects.visible_to(None)
