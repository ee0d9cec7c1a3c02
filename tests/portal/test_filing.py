"""Filing a request: nothing typed is lost, nothing is sent twice, help comes while typing."""

import uuid

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Actor
from accounts.models import Contact, User
from tests import factories
from tests.knowledge.factories import article
from tests.portal import stories
from tickets.enums import Channel, State, Urgency
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
NEW, SUGGEST = "/portal/requests/new/", "/portal/requests/suggest/"


def test_a_request_becomes_a_ticket_of_the_contact(mine: Client, me: Actor) -> None:
    service = factories.ServiceFactory.create(customer=Contact.objects.get(pk=me.contact_id).customer)
    answer = mine.post(
        NEW, stories.form(service=service.pk, attachments=[stories.file(), stories.file("log.txt")])
    )
    ticket = Ticket.objects.get()
    assertRedirects(answer, f"/portal/requests/{ticket.number}/")
    assert (ticket.contact_id, ticket.customer_id, ticket.channel) == (
        me.contact_id,
        me.customer_id,
        Channel.PORTAL,
    )
    assert (ticket.urgency, ticket.impact, ticket.state) == (Urgency.HIGH, None, State.NEW)
    assert ticket.category is not None
    assert (ticket.category.code, ticket.service, ticket.language) == ("EM.APP", service, "en")
    assert ticket.messages.get().attachments.count() == 2


def test_the_page_after_filing_promises_ninety_seconds_and_counts_down(mine: Client) -> None:
    page = mine.post(NEW, stories.form(), follow=True)
    ticket = Ticket.objects.get()
    assertContains(page, f"Request {ticket.number} is with us.")
    assertContains(page, "A person answers by")
    due = int((ticket.received_at.timestamp() + 90) * 1000)
    assertContains(page, f'data-due="{due}"')
    assertNotContains(page, "Solution promised")  # the priority is not known before a person has looked


def test_a_category_is_not_asked_of_somebody_who_does_not_know(mine: Client) -> None:
    mine.post(NEW, stories.form(category=""))
    assert Ticket.objects.get().category is None


@pytest.mark.parametrize("missing", ["subject", "text", "urgency"])
def test_a_missing_field_keeps_what_was_typed(mine: Client, missing: str) -> None:
    answer = mine.post(NEW, {**stories.form(subject="Shop <b>down</b>", text="error 502"), missing: ""})
    assert answer.status_code == 422
    assertContains(answer, "Not sent yet", status_code=422)
    if missing != "subject":
        assertContains(answer, "Shop &lt;b&gt;down&lt;/b&gt;", status_code=422)
    if missing != "text":
        assertContains(answer, "error 502", status_code=422)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("name", "size", "says"),
    [("run.exe", 10, "files of this type are not taken"), ("big.log", 2048, "larger than")],
)
def test_a_refused_file_is_said_in_place_and_the_text_stays(
    mine: Client, settings: Settings, name: str, size: int, says: str
) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1024
    answer = mine.post(NEW, stories.form(attachments=[stories.file(name, b"x" * size)]))
    assertContains(answer, says, status_code=422)
    assertContains(answer, "error 502", status_code=422)
    assert not Ticket.objects.exists()


def test_too_many_files_are_refused_with_the_limit(mine: Client, settings: Settings) -> None:
    settings.ATTACHMENT_MAX_COUNT = 2
    answer = mine.post(NEW, stories.form(attachments=[stories.file(f"{n}.png") for n in range(3)]))
    assertContains(answer, "At most 2 files", status_code=422)


def test_a_second_click_files_nothing_new(mine: Client) -> None:
    sent = stories.form()
    first, second = mine.post(NEW, sent), mine.post(NEW, sent)
    assert first.headers["Location"] == second.headers["Location"]
    assert Ticket.objects.count() == 1


def test_the_key_of_another_contact_does_not_lead_to_that_request(mine: Client, stranger: Actor) -> None:
    token = str(uuid.uuid4())
    theirs = factories.ticket(stranger, dedup_key=f"portal:{stranger.contact_id}:{token}")
    mine.post(NEW, stories.form(token=token))
    assert Ticket.objects.exclude(pk=theirs.pk).get().contact_id != theirs.contact_id


@pytest.mark.parametrize(
    ("field", "value"),
    [("category", "EM.MON"), ("category", "XX.SPAM"), ("category", "no"), ("urgency", "9"), ("token", "x")],
)
def test_a_value_not_offered_is_refused(mine: Client, field: str, value: str) -> None:
    assert mine.post(NEW, stories.form(**{field: value})).status_code == 422
    assert not Ticket.objects.exists()


def test_another_customers_service_cannot_be_named(mine: Client, me: Actor) -> None:
    factories.ServiceFactory.create(customer=Contact.objects.get(pk=me.contact_id).customer, name="ours")
    foreign = factories.ServiceFactory.create(name="theirs-77")
    assertNotContains(mine.get(NEW), "theirs-77")
    assert mine.post(NEW, stories.form(service=foreign.pk)).status_code == 422
    assert not Ticket.objects.exists()


def test_smuggled_fields_change_nothing(mine: Client, me: Actor, stranger: Actor) -> None:
    mine.post(
        NEW, stories.form(customer=stranger.customer_id, contact=stranger.contact_id, priority=1, impact=1)
    )
    ticket = Ticket.objects.get()
    assert (ticket.contact_id, ticket.customer_id, ticket.impact) == (me.contact_id, me.customer_id, None)


def test_categories_are_grouped_in_plain_words_and_the_readers_language(mine: Client, me: Actor) -> None:
    page = mine.get(NEW)
    assertContains(page, '<optgroup label="Something does not work">')
    assertContains(page, "Network, channel, DDoS")
    assertNotContains(page, "EM.MON")
    User.objects.filter(pk=me.user_id).update(language="ru")
    assertContains(mine.get(NEW), "Сеть, канал, DDoS")


def test_htmx_is_sent_to_the_request_and_errors_stay_in_the_form(mine: Client) -> None:
    htmx = {"HX-Request": "true"}
    bad = mine.post(NEW, stories.form(subject=""), headers=htmx)
    assertContains(bad, 'id="new-request"', status_code=422)
    assertNotContains(bad, "<html", status_code=422)
    assertContains(bad, "hx-preserve", status_code=422)  # chosen files survive the new form
    good = mine.post(NEW, stories.form(), headers=htmx)
    assert good.headers["HX-Redirect"] == f"/portal/requests/{Ticket.objects.get().number}/"


def test_suggestions_come_from_checked_customer_articles_only(mine: Client) -> None:
    article("Restart of the mail gateway")
    article("Mail gateway secrets", audience="internal")
    article("Mail gateway draft", confidence="not_validated")
    answer = mine.post(SUGGEST, {"subject": "mail gateway does not answer", "text": "", "category": ""})
    assertContains(answer, "Restart of the mail gateway")
    assertNotContains(answer, "secrets")
    assertNotContains(answer, "draft")
    assertContains(answer, "/portal/articles/KB-")


@pytest.mark.parametrize("typed", ["", "\x00", "' OR 1=1 --", ":*&|!", "я" * 5000])
def test_any_typed_text_is_a_legal_question(mine: Client, typed: str) -> None:
    assert mine.post(SUGGEST, {"subject": typed, "text": typed, "category": typed}).status_code == 200


def test_who_may_order_a_change_is_said_before_sending(mine: Client, me: Actor) -> None:
    assertContains(mine.post(SUGGEST, {"category": "CR.NET"}), "authorised person")
    assertNotContains(mine.post(SUGGEST, {"category": "CR.DNS"}), "authorised person")
    Contact.objects.filter(pk=me.contact_id).update(is_authorised=True)
    assertNotContains(mine.post(SUGGEST, {"category": "CR.NET"}), "authorised person")
