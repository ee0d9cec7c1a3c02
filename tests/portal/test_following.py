"""One request: what its page shows, and what the customer can do there."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Actor
from common import clock
from portal.queries.request import steps_of
from tests import factories
from tests.portal import stories
from tickets.enums import MessageKind, State
from tickets.models import Ticket
from tickets.services.noting import add_note
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def page_of(ticket: Ticket) -> str:
    return f"/portal/requests/{ticket.number}/"


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_page_shows_public_messages_and_hides_notes(mine: Client, me: Actor, operator: Actor) -> None:
    ticket = stories.working(me, operator)
    add_note(actor=operator, ticket_id=ticket.pk, text="The customer pays late.")
    page = mine.get(page_of(ticket))
    assertContains(page, "I am looking at it.")
    assertContains(page, "Pages take ten seconds.")
    assertNotContains(page, "pays late")


@pytest.mark.parametrize(
    ("state", "standings"),
    [
        ("new", ["now", "ahead", "ahead", "ahead"]),
        ("triage", ["now", "ahead", "ahead", "ahead"]),
        ("in_progress", ["done", "now", "ahead", "ahead"]),
        ("pending_customer", ["done", "now", "ahead", "ahead"]),
        ("resolved", ["done", "done", "now", "ahead"]),
        ("closed", ["done", "done", "done", "now"]),
        ("cancelled", ["done", "now"]),
    ],
)
def test_progress_line_follows_the_state(
    state: str, standings: list[str], me: Actor, operator: Actor
) -> None:
    steps = steps_of(stories.in_state(state, me, operator))
    assert [step.standing for step in steps] == standings
    assert all(step.at is None for step in steps if step.standing == "ahead")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("new", ["A person answers by", "The question is solved", "Cancel the request"]),
        ("in_progress", ["Solution promised by", "Next news from us by", "The question is solved"]),
        ("pending_customer", ["We need your answer to go on", "stands still"]),
        ("resolved", ["We think it is solved. Is it?", "Not solved", "closes by itself"]),
        ("closed", ["Has it come back? Write below, and this request opens again."]),
        ("cancelled", ["we open a new request that continues this one"]),
    ],
)
def test_page_says_what_happens_now(
    state: str, words: list[str], mine: Client, me: Actor, operator: Actor
) -> None:
    page = mine.get(page_of(stories.in_state(state, me, operator)))
    for said in words:
        assertContains(page, said)


def test_a_late_first_answer_is_admitted(mine: Client, me: Actor) -> None:
    ticket = factories.ticket(me)
    with time_machine.travel(clock.now() + timedelta(seconds=95)):
        page = mine.get(page_of(ticket))
    assertContains(page, "We are late with our answer")
    assertContains(page, "vow--late")


def test_kept_and_missed_promises_are_told(mine: Client, me: Actor, operator: Actor) -> None:
    assertContains(mine.get(page_of(stories.working(me, operator))), "vow--kept")
    late = factories.ticket(me)
    with time_machine.travel(clock.now() + timedelta(seconds=95)):
        stories.go(operator, late, "accept")
        reply(actor=operator, ticket_id=late.pk, text="Sorry, here I am.")
        assertContains(mine.get(page_of(late)), "vow--broken")


def test_a_reply_lands_in_the_thread_and_moves_a_waiting_request_on(
    mine: Client, me: Actor, operator: Actor
) -> None:
    ticket = stories.waiting(me, operator)
    answer = mine.post(
        f"{page_of(ticket)}reply/", {"text": "Since nine.", "attachments": stories.file("since.log")}
    )
    assertRedirects(answer, f"{page_of(ticket)}#thread-end", fetch_redirect_response=False)
    assert again(ticket).state in (State.QUEUED, State.IN_PROGRESS)
    message = ticket.messages.order_by("-pk")[0]
    assert (message.kind, message.channel, message.author_contact_id) == (
        MessageKind.CUSTOMER,
        "portal",
        me.contact_id,
    )
    assertContains(mine.get(page_of(ticket)), "since.log")


def test_an_htmx_reply_gives_a_fresh_form_and_refreshes_the_thread(mine: Client, me: Actor) -> None:
    ticket = factories.ticket(me)
    answer = mine.post(f"{page_of(ticket)}reply/", {"text": "More: <i>error</i> 502."}, headers=HTMX)
    assertContains(answer, "Sent.")
    assertNotContains(answer, "error")
    assert "composer-sent" in answer.headers["HX-Trigger"]
    assert "portal-refresh" in answer.headers["HX-Trigger-After-Settle"]
    fresh = mine.get(page_of(ticket), headers=HTMX)
    assertContains(fresh, "More: &lt;i&gt;error&lt;/i&gt; 502.")
    assertContains(fresh, "hx-swap-oob")
    assertNotContains(fresh, "<html")
    assertNotContains(fresh, "<textarea")  # what is being written stays untouched


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_empty_reply_is_explained_in_place(mine: Client, me: Actor, headers: dict[str, str]) -> None:
    ticket = factories.ticket(me)
    answer = mine.post(f"{page_of(ticket)}reply/", {"text": "  "}, headers=headers)
    assertContains(answer, "Write something first.", status_code=422)
    assert ticket.messages.count() == 1


def test_a_reply_with_a_refused_file_keeps_its_words(mine: Client, me: Actor) -> None:
    ticket = factories.ticket(me)
    data = {"text": "Here is the tool.", "attachments": stories.file("tool.exe")}
    answer = mine.post(f"{page_of(ticket)}reply/", data)
    assertContains(answer, "Here is the tool.", status_code=422)
    assertContains(answer, "files of this type are not taken", status_code=422)
    assert ticket.messages.count() == 1


def test_a_merged_request_points_to_the_other_one(mine: Client, me: Actor, operator: Actor) -> None:
    source, target = stories.working(me, operator), stories.working(me, operator, subject="The shop is slow")
    stories.go(operator, source, "merge", target=target)
    page = mine.get(page_of(source))
    assertContains(page, f'href="{page_of(target)}"')
    assertContains(mine.get(page_of(target)), "I am looking at it.", count=2)


def test_markup_in_subject_and_names_is_shown_not_run(mine: Client, me: Actor) -> None:
    ticket = factories.ticket(
        me, subject="<script>alert(1)</script>", attachments=[stories.file("<img src=x>.png")]
    )
    for address in (page_of(ticket), "/portal/"):
        assertNotContains(mine.get(address), "<script>alert")
        assertNotContains(mine.get(address), "<img src=x>")


def test_the_page_costs_the_same_for_one_message_and_for_fifty(
    mine: Client, me: Actor, operator: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ticket = stories.accepted(me, operator, attachments=[stories.file()])
    mine.get(page_of(ticket))
    with CaptureQueriesContext(connection) as one:
        mine.get(page_of(ticket))
    for _ in range(49):
        reply(actor=operator, ticket_id=ticket.pk, text="Still at it.", attachments=[stories.file()])
    with django_assert_num_queries(len(one.captured_queries)):
        mine.get(page_of(ticket))
