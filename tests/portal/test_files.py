"""Attachments: a download for those who may read their message, and nothing at all for everybody else."""

import pytest
from django.test import Client

from accounts.enums import Actor
from tests import factories
from tests.portal import stories
from tests.portal.conftest import signed_in
from tickets.models import Attachment
from tickets.services.noting import add_note

pytestmark = pytest.mark.django_db


def test_a_file_is_a_download_for_its_readers_and_404_for_all_others(
    mine: Client, me: Actor, stranger: Actor, colleague: Actor
) -> None:
    page = b"<script>alert(1)</script>"
    ticket = factories.ticket(me, attachments=[stories.file("отчёт.txt", page)])
    file = Attachment.objects.get()
    answer = mine.get(f"/portal/attachments/{file.pk}/")
    assert answer.getvalue() == page
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for other in (stranger, colleague):
        assert signed_in(other).get(f"/portal/attachments/{file.pk}/").status_code == 404
    assert Client().get(f"/portal/attachments/{file.pk}/").status_code == 302
    assert mine.get(f"/portal/attachments/{10**30}/").status_code == 404
    assert mine.get(f"/desk/attachments/{file.pk}/").status_code == 404
    assert ticket.number in mine.get(f"/portal/requests/{ticket.number}/").content.decode()


def test_a_file_of_an_internal_note_is_not_for_the_customer(mine: Client, me: Actor, operator: Actor) -> None:
    ticket = factories.ticket(me)
    note = add_note(
        actor=operator, ticket_id=ticket.pk, text="see file", attachments=[stories.file("secret-plan.txt")]
    )
    file = note.attachments.get()
    assert mine.get(f"/portal/attachments/{file.pk}/").status_code == 404
    assert "secret-plan" not in mine.get(f"/portal/requests/{ticket.number}/").content.decode()


def test_a_lost_file_is_a_clear_answer_not_a_crash(mine: Client, me: Actor) -> None:
    factories.ticket(me, attachments=[stories.file()])
    file = Attachment.objects.get()
    file.file.storage.delete(file.file.name)
    assert mine.get(f"/portal/attachments/{file.pk}/").status_code == 404
