"""The ticket page: thread, composer, moves, files; refusals keep what was typed."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from accounts.enums import Actor
from tests import factories
from tests.knowledge.factories import article
from tests.tickets.desk import CLASS, HTMX, client_of, counted, working
from tickets.enums import MessageKind, State
from tickets.models import Attachment, Bypass, Message, Ticket, TicketEvent
from tickets.models.lifecycle import LIFECYCLE, MOVES
from tickets.services.commands import fields_of
from tickets.services.moving import available
from tickets.services.noting import add_note
from tickets.services.replying import reply
from tickets.views import wording

pytestmark = pytest.mark.django_db
DONE = "Restarted the web server and read its log."


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def me() -> Actor:
    return factories.operator()


def url(ticket: Ticket, rest: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{rest}"


@pytest.mark.parametrize("rest", ["", "now/", "history/", "moves/resolve/", "merge-targets/"])
def test_ticket_pages_are_not_there_for_customers_nor_for_unknown_numbers(me: Actor, rest: str) -> None:
    customer = factories.contact()
    ticket = factories.ticket(customer)
    assert client_of(customer).get(url(ticket, rest)).status_code == 404
    assert client_of(me).get(f"/desk/tickets/26-9999999/{rest}").status_code == 404
    assert client_of(me).get(url(ticket, rest)).status_code == 200


def test_the_three_kinds_of_message_differ_in_class_words_and_icon(me: Actor) -> None:
    ticket = working(me)
    add_note(actor=me, ticket_id=ticket.pk, text="secret thought")
    page = client_of(me).get(url(ticket)).content.decode()
    for kind, words in (
        ("customer", "Customer"),
        ("reply", "Reply to the customer"),
        ("note", "Internal note"),
    ):
        assert f"msg--{kind}" in page
        assert words in page
    assert "sprite.svg#lock" in page


def test_what_people_wrote_never_becomes_markup(me: Actor) -> None:
    ticket = working(me, subject="<script>alert(1)</script>", body="<img src=x onerror=alert(1)>")
    reply(actor=me, ticket_id=ticket.pk, text="<script>alert(2)</script> [x](javascript:alert(3))")
    page = client_of(me).get(url(ticket)).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page


@pytest.mark.parametrize("size", [1, 50])
def test_the_ticket_page_costs_the_same_for_one_message_and_for_fifty(me: Actor, size: int) -> None:
    ticket = working(me)
    for number in range(size):
        add_note(
            actor=me,
            ticket_id=ticket.pk,
            text=f"note {number}",
            attachments=[SimpleUploadedFile("a.txt", b"x")],
        )
    client = client_of(me)
    with counted() as queries:
        assert client.get(url(ticket)).status_code == 200
    assert len(queries) == 12, [query["sql"][:140] for query in queries]


def test_a_reply_is_public_and_a_note_is_not(me: Actor) -> None:
    ticket = working(me)
    client = client_of(me)
    sent = client.post(url(ticket, "write/"), {"kind": "reply", "text": "Fixed it."}, **HTMX)
    assert json.loads(sent["HX-Trigger"])["composer-sent"] == {"ticket": ticket.number}
    client.post(url(ticket, "write/"), {"kind": "note", "text": "Really."}, **HTMX)
    kinds = dict(Message.objects.filter(text__in=("Fixed it.", "Really.")).values_list("text", "kind"))
    assert kinds == {"Fixed it.": MessageKind.REPLY, "Really.": MessageKind.NOTE}


def test_a_refused_message_is_answered_in_place(me: Actor) -> None:
    ticket = working(me)
    response = client_of(me).post(url(ticket, "write/"), {"kind": "reply", "text": "  "}, **HTMX)
    assert response.status_code == 422
    assert "Write something first" in response.content.decode()
    executable = SimpleUploadedFile("a.exe", b"MZ")
    refused = client_of(me).post(
        url(ticket, "write/"), {"kind": "note", "text": "x", "attachments": executable}, **HTMX
    )
    assert refused.status_code == 422
    assert not Message.objects.filter(text="x").exists()


def test_every_move_of_people_has_words_and_a_form(me: Actor) -> None:
    silent = {
        "self_recovered",
        "confirm",
        "solved_by_customer",
        "auto_close",
        "recurred",
        "auto_resolve",
        "absorb",
    }
    ticket = working(me)
    client = client_of(me)
    for name in MOVES:
        assert name in wording.MOVED or name in wording.MOVES
        if name in silent:
            continue
        page = client.get(url(ticket, f"moves/{name}/"), **HTMX)
        assert page.status_code == 200, name
        for field in fields_of(name):
            assert f'name="{field.name}"' in page.content.decode(), (name, field.name)


def test_offered_moves_are_those_the_life_cycle_allows(me: Actor) -> None:
    ticket = working(me)
    page = client_of(me).get(url(ticket)).content.decode()
    allowed = {row.name for row in available(ticket, me)}
    for row in LIFECYCLE:
        shown = f"/moves/{row.name}/" in page
        assert shown == (row.name in allowed and row.name in wording.MOVES), row.name


def test_a_move_is_carried_out_and_tells_the_page(me: Actor) -> None:
    ticket = working(me)
    response = client_of(me).post(
        url(ticket, "moves/hand_up/"),
        {"reason": "no_instruction", "done": DONE, "version": ticket.version},
        **HTMX,
    )
    assert response.status_code == 204
    assert {"dialog-close", "ticket-refresh", "toast"} <= set(json.loads(response["HX-Trigger"]))
    moved = Ticket.objects.get()
    assert (moved.line, moved.state) == (2, State.QUEUED)
    history = client_of(me).get(url(ticket, "history/")).content.decode()
    assert "handed it to line 2" in history
    assert DONE in history


def test_a_refused_move_keeps_what_was_typed(me: Actor) -> None:
    ticket = working(me)
    response = client_of(me).post(
        url(ticket, "moves/hand_up/"), {"reason": "no_instruction", "done": "too short"}, **HTMX
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "too short" in page
    assert 'value="no_instruction" selected' in page
    assert 'aria-invalid="true"' in page
    assert Ticket.objects.get().line == 1


def test_a_stale_form_is_refused_and_the_second_try_goes_through(me: Actor) -> None:
    ticket = working(me)
    add_note(actor=me, ticket_id=ticket.pk, text="news")
    typed = {"reason": "no_instruction", "done": DONE, "version": ticket.version}
    client = client_of(me)
    stale = client.post(url(ticket, "moves/hand_up/"), typed, **HTMX)
    assert stale.status_code == 422
    assert "has changed since you opened it" in stale.content.decode()
    newest = Ticket.objects.get().version
    assert f'name="version" value="{newest}"' in stale.content.decode()
    assert client.post(url(ticket, "moves/hand_up/"), {**typed, "version": newest}, **HTMX).status_code == 204


def test_a_guard_can_be_bypassed_with_a_reason_that_is_kept(me: Actor) -> None:
    ticket = working(me)
    typed = {"reason": "specialty", "done": DONE}
    client = client_of(me)
    refused = client.post(url(ticket, "moves/skip_to_experts/"), typed, **HTMX)
    assert refused.status_code == 422
    assert 'panel--warn" open' in refused.content.decode()
    short = client.post(url(ticket, "moves/skip_to_experts/"), {**typed, "bypass_why": "short"}, **HTMX)
    assert short.status_code == 422
    done = client.post(
        url(ticket, "moves/skip_to_experts/"), {**typed, "bypass_why": "The bank stands still."}, **HTMX
    )
    assert done.status_code == 204
    assert Bypass.objects.get().why == "The bank stands still."


def test_moves_work_without_script(me: Actor) -> None:
    ticket = working(me)
    client = client_of(me)
    assert "<dialog" in client.get(url(ticket, "moves/hand_up/")).content.decode()  # the whole page
    response = client.post(url(ticket, "moves/hand_up/"), {"reason": "no_instruction", "done": DONE})
    assert response.url == url(ticket)


def test_reply_and_wait_takes_the_text_of_the_composer(me: Actor) -> None:
    ticket = working(me)
    form = client_of(me).get(
        url(ticket, "moves/ask_customer/"), {"text": "When may we?", "from_composer": 1}, **HTMX
    )
    assert "When may we?" in form.content.decode()
    sent = client_of(me).post(
        url(ticket, "moves/ask_customer/"),
        {"reason": "info", "message": "When may we?", "resume_at": "2099-01-01T10:00", "from_composer": 1},
        **HTMX,
    )
    assert sent.status_code == 204
    assert "composer-sent" in json.loads(sent["HX-Trigger"])
    assert Ticket.objects.get().state == State.PENDING_CUSTOMER


def test_a_file_is_a_download_that_cannot_act(me: Actor) -> None:
    ticket = working(me)
    page = SimpleUploadedFile("page.txt", b"<script>alert(1)</script>")
    reply(actor=me, ticket_id=ticket.pk, text="see", attachments=[page])
    found = Attachment.objects.get()
    response = client_of(me).get(f"/desk/attachments/{found.pk}/?show")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Type"] == "application/octet-stream"
    assert client_of(factories.contact()).get(f"/desk/attachments/{found.pk}/").status_code == 404


def test_a_picture_may_be_shown(me: Actor) -> None:
    ticket = working(me)
    picture = SimpleUploadedFile("shot.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    add_note(actor=me, ticket_id=ticket.pk, text="see", attachments=[picture])
    found = Attachment.objects.get()
    assert client_of(me).get(f"/desk/attachments/{found.pk}/?show")["Content-Type"] == "image/png"
    assert client_of(me).get(f"/desk/attachments/{found.pk}/")["Content-Disposition"].startswith("attachment")


def test_every_kind_of_event_is_told_in_words(me: Actor) -> None:
    ticket = working(me)
    for event in TicketEvent.objects.filter(ticket=ticket):
        assert wording.tell(event)
        assert "%(" not in wording.tell(event) + wording.more(event)


def test_a_phone_ticket_is_answered_when_its_form_was_opened(me: Actor) -> None:
    client = client_of(me)
    opened = client.get("/desk/new/").context["opened"]
    typed = {"channel": "phone", "subject": "No dial tone", "text": "He says it is dead.", "opened": opened}
    response = client.post("/desk/new/", typed)
    ticket = Ticket.objects.get()
    assert response.url == url(ticket)
    assert ticket.first_response_at is not None
    assert ticket.first_response_at == ticket.received_at


def test_a_new_ticket_refused_keeps_what_was_typed(me: Actor) -> None:
    customer = factories.CustomerFactory.create(name="Meridian")
    typed = {"channel": "phone", "subject": "", "text": "words", "customer": customer.pk, "category": "EM.APP",
             "impact": 4, "urgency": 3}  # fmt: skip
    response = client_of(me).post("/desk/new/", typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Meridian" in page
    assert "words" in page
    assert "too small for an emergency" in page
    assert not Ticket.objects.exists()


def test_contacts_and_services_offered_are_those_of_the_customer(me: Actor) -> None:
    mine, other = factories.ContactFactory.create(name="Mine"), factories.ContactFactory.create(name="Other")
    page = client_of(me).get("/desk/new/people/", {"customer": mine.customer_id}).content.decode()
    assert mine.name in page
    assert other.name not in page
    stolen = {
        "channel": "phone",
        "subject": "x",
        "text": "y",
        "customer": mine.customer_id,
        "contact": other.pk,
    }
    assert client_of(me).post("/desk/new/", stolen).status_code == 422


def test_merge_offers_only_open_tickets_of_the_same_customer(me: Actor) -> None:
    customer = factories.contact()
    one, two, stranger = factories.ticket(customer), factories.ticket(customer), factories.ticket()
    page = client_of(me).get(url(one, "merge-targets/")).content.decode()
    assert two.number in page
    assert stranger.number not in page


def test_language_and_theme_are_kept_on_the_account(me: Actor) -> None:
    client = client_of(me)
    response = client.post("/accounts/preferences/", {"language": "ru", "next": "/desk/?view=mine"})
    assert response.url == "/desk/?view=mine"
    client.post("/accounts/preferences/", {"theme": "dark"}, **HTMX)
    page = client.get("/desk/").content.decode()
    assert 'lang="ru" data-theme="dark"' in page
    assert (
        client.post("/accounts/preferences/", {"language": "xx", "next": "https://evil.example/"}).url == "/"
    )


def test_pages_carry_no_inline_script_or_style(me: Actor) -> None:
    ticket = working(me)
    client = client_of(me)
    for address in ("/desk/", url(ticket), url(ticket, "moves/classify/"), "/desk/new/", "/desk/shift/"):
        page = client.get(address).content.decode()
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<style" not in page
        assert page.count("<script") == page.count("<script src=") + page.count('<script type="module" src=')


def test_classified_fields_are_not_asked_again(me: Actor) -> None:
    ticket = working(me)
    page = client_of(me).get(url(ticket, "moves/reclassify/"), **HTMX).content.decode()
    assert f'<option value="{CLASS["category"]}" selected>' in page
    assert '<option value="2" selected>' in page


def test_instructions_to_pick_from_are_offered_when_resolving(me: Actor) -> None:
    ticket = working(me, subject="Balancer answers 502")
    found = article("Balancer answers 502", "Restart the **pool**.")
    page = client_of(me).get(url(ticket, "articles/")).content.decode()
    assert f'data-value="{found.code}"' in page


def test_a_working_group_is_formed_with_its_members_and_shown(me: Actor) -> None:
    ticket = working(me)
    second, third = factories.operator(2), factories.operator(3)
    client = client_of(second)
    typed = {
        "purpose": "Find the leak",
        "room_url": "https://meet.example/leak",
        "members": [me.user_id, third.user_id],
        "version": ticket.version - 1,
    }
    stale = client.post(url(ticket, "moves/form_group/"), typed, **HTMX)
    assert stale.status_code == 422
    assert stale.content.decode().count("selected>") == 2
    assert (
        client.post(
            url(ticket, "moves/form_group/"), {**typed, "version": ticket.version}, **HTMX
        ).status_code
        == 204
    )
    assert ticket.working_groups.get().members.count() == 3
    page = client.get(url(ticket)).content.decode()
    assert "Find the leak" in page
    assert "https://meet.example/leak" in page


def test_a_video_room_is_a_web_address(me: Actor) -> None:
    ticket = working(me)
    typed = {"purpose": "x", "room_url": "javascript:alert(1)"}
    refused = client_of(factories.operator(2)).post(url(ticket, "moves/form_group/"), typed, **HTMX)
    assert refused.status_code == 422
