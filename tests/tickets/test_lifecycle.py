"""The way of a ticket over three lines, and what stops it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from accounts.enums import Actor, Role
from common import clock
from common.errors import Conflict, GuardRefused, Invalid, Missing, NotAllowed
from tests import factories
from tickets.enums import EventType, KbState, State
from tickets.models import Bypass, Ticket, TicketEvent
from tickets.models.lifecycle import LIFECYCLE
from tickets.queries import lifecycle_markdown
from tickets.services.guards import CHECKS
from tickets.services.moving import BypassRequest, available, move
from tickets.services.noting import add_note
from tickets.services.receiving import is_thanks, receive_message
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db
DONE = "Restarted the web server and looked at its log."
CLASS = {"category": "EM.APP", "impact": 2, "urgency": 2, "service_unknown": "not told"}


def go(actor: Actor, ticket: Ticket, transition: str, **data: object) -> Ticket:
    return move(actor=actor, ticket_id=ticket.pk, transition=transition, **data)  # type: ignore[arg-type]


@pytest.fixture
def first() -> Actor:
    return factories.operator(1)


@pytest.fixture
def second() -> Actor:
    return factories.operator(2)


@pytest.fixture
def third() -> Actor:
    return factories.operator(3)


@pytest.fixture
def lead() -> Actor:
    return factories.operator(1, is_shift_lead=True)


@pytest.fixture
def customer() -> Actor:
    return factories.contact()


@pytest.fixture
def working(first: Actor, customer: Actor) -> Ticket:
    """A classified ticket in the hands of line 1, answered."""
    ticket = factories.ticket(customer)
    go(first, ticket, "accept")
    reply(actor=first, ticket_id=ticket.pk, text="Hello, I am looking at it.")
    return go(first, ticket, "classify", **CLASS)


def test_a_ticket_travels_over_three_lines_and_back_to_the_customer(
    working: Ticket, first: Actor, second: Actor, third: Actor, customer: Actor
) -> None:
    go(first, working, "hand_up", reason="no_instruction", done=DONE)
    go(second, working, "take")
    go(
        second,
        working,
        "hand_to_experts",
        reason="specialty",
        done=DONE,
        search_query="502",
        search_outcome="none",
    )
    go(third, working, "take")
    go(third, working, "resolve", resolution_code="fixed", message="We replaced the pool.", write_stub=True)
    ticket = go(customer, working, "confirm")
    assert ticket.state == State.CLOSED
    assert ticket.kb_state == KbState.STUB
    assert ticket.article_links.count() == 1
    moves = TicketEvent.objects.filter(ticket=ticket, type=EventType.MOVED).order_by("pk")
    assert [event.payload["id"] for event in moves] == [
        "T02",
        "T03",
        "T05",
        "T04",
        "T06",
        "T04",
        "T15",
        "T16",
    ]


def test_hand_over_to_the_experts_owes_an_article_when_no_instruction_was_found(
    working: Ticket, first: Actor, second: Actor
) -> None:
    go(first, working, "hand_up", reason="no_instruction", done=DONE)
    go(second, working, "take")
    ticket = go(
        second,
        working,
        "hand_to_experts",
        reason="specialty",
        done=DONE,
        search_query="pool",
        search_outcome="none",
    )
    assert (ticket.line, ticket.state, ticket.kb_state, ticket.assignee) == (
        3,
        State.QUEUED,
        KbState.OWED,
        None,
    )


def test_waiting_for_the_customer_is_refused_before_a_first_response(first: Actor) -> None:
    ticket = factories.ticket()
    go(first, ticket, "accept")
    with pytest.raises(GuardRefused) as refused:
        go(first, ticket, "classify", **CLASS)
    assert refused.value.guard == "G-FR"
    assert Ticket.objects.get(pk=ticket.pk).state == State.TRIAGE


def test_a_reply_inside_the_command_is_the_first_response(first: Actor) -> None:
    ticket = factories.ticket()
    go(first, ticket, "accept")
    moved = go(
        first, ticket, "ask_customer", reason="info", message="Which page is slow?",
        resume_at=clock.now() + timedelta(hours=4),
    )  # fmt: skip
    assert moved.state == State.PENDING_CUSTOMER
    assert moved.first_response_at is not None


def test_the_second_operator_to_accept_is_told_that_somebody_was_faster(first: Actor, lead: Actor) -> None:
    ticket = factories.ticket()
    go(first, ticket, "accept")
    with pytest.raises(Conflict):
        go(lead, ticket, "accept")


def test_line_two_cannot_accept_a_new_ticket(second: Actor) -> None:
    ticket = factories.ticket()
    with pytest.raises(NotAllowed):
        go(second, ticket, "accept")


def test_straight_to_the_experts_needs_a_critical_ticket_or_a_recorded_reason(
    working: Ticket, first: Actor
) -> None:
    with pytest.raises(GuardRefused):
        go(first, working, "skip_to_experts", reason="specialty", done=DONE)
    bypass = BypassRequest(why="Storage is filling up within minutes.")
    ticket = go(first, working, "skip_to_experts", reason="specialty", done=DONE, bypass=bypass)
    assert ticket.line == 3
    assert Bypass.objects.get(ticket=ticket).guards == ["G-SKIP"]
    assert ticket.events.filter(type=EventType.BYPASSED).count() == 1


def test_a_bypass_without_a_real_reason_is_refused(working: Ticket, first: Actor) -> None:
    with pytest.raises(Invalid):
        go(first, working, "skip_to_experts", reason="specialty", done=DONE, bypass=BypassRequest(why="fast"))


def test_resolving_without_article_stub_or_waiver_is_refused(working: Ticket, first: Actor) -> None:
    with pytest.raises(GuardRefused) as refused:
        go(first, working, "resolve", resolution_code="fixed", message="Done, please check.")
    assert refused.value.guard == "G-KB"


def test_the_customers_answer_resumes_work_as_of_the_time_it_was_received(
    working: Ticket, first: Actor, customer: Actor
) -> None:
    go(
        first,
        working,
        "ask_customer",
        reason="info",
        message="Which page?",
        resume_at=clock.now() + timedelta(days=1),
    )
    written = clock.now()
    receive_message(actor=customer, ticket_id=working.pk, text="The basket.", occurred_at=written)
    resumed = TicketEvent.objects.get(ticket=working, payload__transition="customer_answered")
    assert resumed.occurred_at == written
    assert Ticket.objects.get(pk=working.pk).state == State.IN_PROGRESS


def test_an_answer_for_an_operator_who_left_the_shift_goes_to_the_queue(
    working: Ticket, first: Actor, customer: Actor
) -> None:
    go(
        first,
        working,
        "ask_customer",
        reason="info",
        message="Which page?",
        resume_at=clock.now() + timedelta(days=1),
    )
    factories.OperatorFactory._meta.model.objects.filter(user_id=first.user_id).update(on_shift=False)
    receive_message(actor=customer, ticket_id=working.pk, text="The basket.")
    assert Ticket.objects.get(pk=working.pk).state == State.QUEUED


def test_machine_mail_neither_resumes_nor_reopens(working: Ticket, first: Actor, customer: Actor) -> None:
    go(
        first,
        working,
        "ask_customer",
        reason="info",
        message="Which page?",
        resume_at=clock.now() + timedelta(days=1),
    )
    receive_message(actor=customer, ticket_id=working.pk, text="I am on holiday.", is_machine=True)
    assert Ticket.objects.get(pk=working.pk).state == State.PENDING_CUSTOMER


@pytest.mark.parametrize("text", ["Спасибо!", "спасибо, всё работает", "Thank you", "Thanks, works now"])
def test_thanks_on_a_resolved_ticket_do_not_reopen_it(
    text: str, working: Ticket, first: Actor, customer: Actor
) -> None:
    go(first, working, "resolve", resolution_code="fixed", message="Done.", waive="a typing error")
    receive_message(actor=customer, ticket_id=working.pk, text=text)
    assert Ticket.objects.get(pk=working.pk).state == State.RESOLVED


def test_a_complaint_after_thanks_is_a_complaint() -> None:
    assert not is_thanks("Спасибо, но сайт всё ещё не работает. Когда почините?")


def test_a_customer_who_is_not_content_reopens_and_the_second_time_the_next_line_takes_it(
    working: Ticket, first: Actor, customer: Actor
) -> None:
    go(first, working, "resolve", resolution_code="fixed", message="Done.", waive="a typing error")
    receive_message(actor=customer, ticket_id=working.pk, text="It is still slow.")
    once = Ticket.objects.get(pk=working.pk)
    assert (once.state, once.line, once.reopen_count) == (State.IN_PROGRESS, 1, 1)
    go(first, working, "resolve", resolution_code="fixed", message="Done again.", waive="a typing error")
    receive_message(actor=customer, ticket_id=working.pk, text="No, it is not.")
    twice = Ticket.objects.get(pk=working.pk)
    assert (twice.state, twice.line, twice.reopen_count) == (State.QUEUED, 2, 2)


def test_a_reply_to_a_cancelled_ticket_opens_a_follow_up(first: Actor, lead: Actor, customer: Actor) -> None:
    ticket = factories.ticket(customer)
    go(lead, ticket, "cancel", reason="withdrawn", message="As you wished.")
    message = receive_message(actor=customer, ticket_id=ticket.pk, text="It is back.")
    assert message.ticket.follow_up_of_id == ticket.pk
    assert message.ticket.number != ticket.number


def test_a_merged_ticket_ends_without_deadlines_and_its_customer_is_heard_on_the_survivor(
    first: Actor, customer: Actor
) -> None:
    old, new = factories.ticket(customer), factories.ticket(customer)
    go(first, new, "merge", target=old.number)
    merged = Ticket.objects.get(pk=new.pk)
    assert (merged.state, merged.merged_into_id, merged.next_due_at) == (State.MERGED, old.pk, None)
    assert receive_message(actor=customer, ticket_id=new.pk, text="More about it.").ticket_id == old.pk


def test_tickets_of_different_customers_are_never_merged(first: Actor) -> None:
    with pytest.raises(GuardRefused) as refused:
        go(first, factories.ticket(), "merge", target=factories.ticket().number)
    assert refused.value.guard == "G-MERGE"


def test_the_shift_lead_can_undo_a_merge(first: Actor, lead: Actor, customer: Actor) -> None:
    old, new = factories.ticket(customer), factories.ticket(customer)
    go(first, new, "merge", target=old.number)
    assert go(lead, new, "unmerge").state == State.NEW


def test_an_emergency_below_p2_asks_for_another_category(first: Actor) -> None:
    ticket = factories.ticket()
    go(first, ticket, "accept")
    with pytest.raises(Invalid) as invalid:
        go(first, ticket, "classify", **{**CLASS, "impact": 4, "urgency": 3}, message="Hello.")
    assert invalid.value.extra["field"] == "category"


def test_a_stale_page_cannot_overwrite_a_newer_ticket(working: Ticket, first: Actor) -> None:
    stale = working.version
    add_note(actor=first, ticket_id=working.pk, text="Looked at the log.")
    with pytest.raises(Conflict):
        go(first, working, "hand_up", reason="no_instruction", done=DONE, expected_version=stale)


def test_another_customers_ticket_does_not_exist_for_a_contact(working: Ticket) -> None:
    with pytest.raises(Missing):
        go(factories.contact(), working, "solved_by_customer")


def test_a_contact_never_sees_an_internal_note(working: Ticket, first: Actor, customer: Actor) -> None:
    note = add_note(actor=first, ticket_id=working.pk, text="The customer forgot to pay.")
    assert note not in type(note).objects.visible_to(customer)


def test_the_event_log_refuses_to_be_rewritten(working: Ticket) -> None:
    event = working.events.earliest("pk")
    for rewrite in (
        lambda: TicketEvent.objects.filter(pk=event.pk).update(payload={}),
        lambda: event.delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rewrite()


def test_the_database_refuses_a_state_without_its_timestamp(working: Ticket) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Ticket.objects.filter(pk=working.pk).update(state=State.CLOSED)


def test_state_cannot_be_assigned(working: Ticket) -> None:
    with pytest.raises(AttributeError):
        working.state = State.CLOSED


def test_offered_moves_are_those_of_state_line_and_role(working: Ticket, first: Actor, second: Actor) -> None:
    names = {row.name for row in available(working, first)}
    assert {"hand_up", "ask_customer", "resolve"} <= names
    assert "accept" not in names
    assert "hand_up" not in {row.name for row in available(working, second)}


def test_every_guard_of_the_table_can_be_carried_out() -> None:
    assert {guard for row in LIFECYCLE for guard in row.guards} <= set(CHECKS)


def test_every_role_of_the_table_exists() -> None:
    actors = [factories.operator(1, **duties) for duties in ({}, {"is_major_manager": True})]
    assert {Role.LINE1} <= actors[0].roles
    assert {Role.LINE1, Role.MAJOR} <= actors[1].roles


def test_the_printed_table_is_the_one_in_the_documentation(capsys: pytest.CaptureFixture[str]) -> None:
    documented = (Path(__file__).resolve().parents[2] / "docs" / "lifecycle.md").read_text()
    assert lifecycle_markdown() in documented
    call_command("lifecycle", format="mermaid")
    assert capsys.readouterr().out.strip() in documented
