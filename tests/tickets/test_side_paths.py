"""Roads that are easily forgotten: strangers who answer, merged tickets that end, dates that never come."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.enums import Actor
from accounts.models import User
from common import clock
from common.errors import GuardRefused, Invalid
from messaging.models import OutboundMessage
from tests import factories
from tests.tickets.test_routing_mail import answer_to, routed
from tickets.enums import State
from tickets.models import Category, Message, Ticket
from tickets.services.moving import BypassRequest, move
from tickets.services.receiving import receive_message
from tickets.services.replying import reply
from tickets.services.waking import wake_due

pytestmark = pytest.mark.django_db
SOLVED = {"resolution_code": "fixed", "message": "We have restarted the server.", "waive": "known"}


@pytest.fixture
def first() -> Actor:
    return factories.operator(1)


def solve(ticket: Ticket, first: Actor) -> Ticket:
    move(actor=first, ticket_id=ticket.pk, transition="accept")
    move(
        actor=first,
        ticket_id=ticket.pk,
        transition="classify",
        category="IR.HOW",
        impact=3,
        urgency=3,
        service_unknown="not said",
        message="We are looking.",
    )
    return move(actor=first, ticket_id=ticket.pk, transition="resolve", **SOLVED)


def mailed(sender: str = "x@elsewhere.example", **mail: str) -> Ticket:
    return Ticket.objects.get(number=routed(sender=sender, **mail).routed_to)


def test_a_stranger_whose_request_is_not_solved_can_say_so_by_mail(first: Actor) -> None:
    ticket = solve(mailed(), first)
    inbound = answer_to(OutboundMessage.objects.latest("pk"), "It still does not work at all.")
    assert (inbound.state, inbound.reason) == ("routed", "")
    assert Ticket.objects.get(pk=ticket.pk).state == State.IN_PROGRESS


def test_the_follow_up_of_a_strangers_request_still_knows_where_answers_go(first: Actor) -> None:
    ticket = mailed()
    receipt = OutboundMessage.objects.latest("pk")
    move(actor=first, ticket_id=ticket.pk, transition="cancel", reason="withdrawn", message="As you wish.")
    follow_up = Ticket.objects.get(number=answer_to(receipt, "It is back.").routed_to)
    assert follow_up.follow_up_of == ticket
    assert follow_up.reply_to == "x@elsewhere.example"


def test_one_ticket_that_may_not_close_yet_does_not_stop_the_others(first: Actor) -> None:
    start = datetime.fromisoformat("2026-11-23T10:00:00+03:00")
    with time_machine.travel(start, tick=False) as time:
        customer = factories.contact()
        thankful, silent = (solve(factories.ticket(customer), first) for _n in range(2))
        time.shift(timedelta(hours=1))
        receive_message(actor=customer, ticket_id=thankful.pk, text="Thanks!")
        time.shift(timedelta(hours=47, minutes=30))
        wake_due(now=clock.now())
        assert Ticket.objects.get(pk=silent.pk).state == State.CLOSED
        assert Ticket.objects.get(pk=thankful.pk).state == State.RESOLVED
        time.shift(timedelta(hours=1))
        wake_due(now=clock.now())
        assert Ticket.objects.get(pk=thankful.pk).state == State.CLOSED


def merged(first: Actor) -> tuple[Actor, Actor, Ticket, Ticket]:
    customer = factories.CustomerFactory()
    one, other = factories.contact(customer=customer), factories.contact(customer=customer)
    ticket, survivor = factories.ticket(one), factories.ticket(other)
    move(actor=first, ticket_id=ticket.pk, transition="merge", target=survivor.number, leak_checked=True)
    return one, other, ticket, survivor


def test_whoever_was_merged_into_a_solved_request_can_still_complain(first: Actor) -> None:
    one, _other, ticket, survivor = merged(first)
    solve(survivor, first)
    message = receive_message(actor=one, ticket_id=ticket.pk, text="For me it is still broken.")
    assert message.ticket_id == survivor.pk
    assert Ticket.objects.get(pk=survivor.pk).state == State.IN_PROGRESS


def test_the_follow_up_of_a_merged_request_belongs_to_whoever_wrote(first: Actor) -> None:
    one, other, ticket, survivor = merged(first)
    move(actor=first, ticket_id=survivor.pk, transition="cancel", reason="withdrawn", message="As you wish.")
    message = receive_message(actor=one, ticket_id=ticket.pk, text="Mine is not solved.")
    assert message.ticket.contact_id == one.contact_id
    assert not Message.objects.visible_to(other).filter(pk=message.pk).exists()


def test_whoever_was_merged_is_not_sent_to_a_page_that_is_not_theirs(first: Actor, client: Client) -> None:
    one, _other, ticket, survivor = merged(first)
    client.force_login(User.objects.get(pk=one.user_id))
    answer = client.post(f"/portal/requests/{ticket.number}/reply/", {"text": "Any news?"}, follow=True)
    assert answer.status_code == 200
    assert survivor.number not in answer.content.decode()
    assert survivor.messages.filter(text="Any news?").exists()


def test_a_ticket_is_not_given_to_another_customer_than_its_contacts(first: Actor) -> None:
    ticket, foreign = factories.ticket(), factories.CustomerFactory.create()
    move(actor=first, ticket_id=ticket.pk, transition="accept")
    with pytest.raises(Invalid):
        move(
            actor=first, ticket_id=ticket.pk, transition="reclassify", reason="misread", category="IR.HOW", impact=3,
            urgency=3, customer=foreign.pk, service_unknown="not said",
        )  # fmt: skip


def test_two_strangers_are_not_merged_without_a_look_at_who_reads_what(first: Actor) -> None:
    ticket, survivor = mailed(), mailed("y@other.example", message_id="<b@other.example>")
    with pytest.raises(GuardRefused):
        move(actor=first, ticket_id=ticket.pk, transition="merge", target=survivor.number)


def test_a_ticket_that_ended_since_the_form_was_read_is_no_target(first: Actor) -> None:
    customer = factories.contact()
    ticket, target = factories.ticket(customer), factories.ticket(customer)
    stale = Ticket.objects.get(pk=target.pk)
    move(actor=first, ticket_id=target.pk, transition="cancel", reason="withdrawn", message="As you wish.")
    with pytest.raises(GuardRefused):
        move(actor=first, ticket_id=ticket.pk, transition="merge", target=stale)


def test_a_merge_undone_still_wakes(first: Actor) -> None:
    customer = factories.contact()
    lead = factories.operator(1, is_shift_lead=True)
    ticket, survivor = factories.ticket(customer), factories.ticket(customer)
    move(actor=first, ticket_id=ticket.pk, transition="accept")
    move(
        actor=first,
        ticket_id=ticket.pk,
        transition="ask_customer",
        reason="info",
        message="Which server?",
        resume_at=clock.now() + timedelta(days=5),
    )
    move(actor=first, ticket_id=ticket.pk, transition="merge", target=survivor.number)
    move(actor=lead, ticket_id=ticket.pk, transition="unmerge")
    again = Ticket.objects.get(pk=ticket.pk)
    assert again.state == State.PENDING_CUSTOMER
    assert again.wake_at is not None


def test_a_date_that_nobody_here_will_see_breaks_nothing(first: Actor) -> None:
    ticket = factories.ticket()
    move(actor=first, ticket_id=ticket.pk, transition="accept")
    move(
        actor=first,
        ticket_id=ticket.pk,
        transition="ask_customer",
        reason="info",
        message="Which server?",
        resume_at="2099-12-31T23:59:59+00:00",
    )
    assert reply(actor=first, ticket_id=ticket.pk, text="Any news?")


def test_a_draft_can_be_written_from_a_ticket_with_a_very_long_log(first: Actor) -> None:
    ticket = factories.ticket(body="disk error\n" * 15_000, category="IR.HOW")
    move(actor=first, ticket_id=ticket.pk, transition="accept")
    solved = {"resolution_code": "fixed", "message": "We have replaced the disk.", "write_stub": True}
    move(actor=first, ticket_id=ticket.pk, transition="resolve", **solved)
    assert ticket.article_links.exists()


def test_no_reason_lets_a_contact_order_what_needs_an_authorised_one(first: Actor) -> None:
    second, category = (
        factories.operator(2),
        Category.objects.filter(needs_authorised=True, kind="CR").first(),
    )
    assert category is not None
    ticket = factories.ticket()
    move(actor=first, ticket_id=ticket.pk, transition="accept")
    move(
        actor=first, ticket_id=ticket.pk, transition="classify", category=category.code, impact=3, urgency=3, line=2,
        service_unknown="not said", message="We are looking.",
    )  # fmt: skip
    move(actor=second, ticket_id=ticket.pk, transition="take")
    with pytest.raises(GuardRefused, match="authorised"):
        move(
            actor=second, ticket_id=ticket.pk, transition="schedule", resume_at=clock.now() + timedelta(days=1),
            message="Tonight at ten.", approval="the duty manager, by telephone",
            bypass=BypassRequest(why="he is shouting at us", risk="none"),
        )  # fmt: skip
