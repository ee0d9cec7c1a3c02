"""The end of a shift: nobody's work stays with somebody who went home (invariant I7)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Actor
from accounts.models import Operator, User
from sla.models import Clock
from sla.services import rebuilding
from tests import factories
from tickets.enums import State
from tickets.models import Ticket
from tickets.services.moving import move
from tickets.services.relieving import relieve

pytestmark = pytest.mark.django_db


def in_work(who: Actor) -> Ticket:
    ticket = factories.ticket(category="EM.APP")
    move(actor=who, ticket_id=ticket.pk, transition="accept")
    return move(
        actor=who, ticket_id=ticket.pk, transition="classify", category="EM.APP", impact=2, urgency=2,
        service_unknown="not told", message="We look into it.", line=1,
    )  # fmt: skip


def go_home(who: Actor) -> None:
    Operator.objects.filter(user_id=who.user_id).update(on_shift=False)


def test_work_of_somebody_who_went_home_is_requeued_with_the_reason() -> None:
    late, early = factories.operator(), factories.operator()
    stays, goes = in_work(late), in_work(early)
    go_home(early)
    assert relieve() == 1
    assert Ticket.objects.get(pk=stays.pk).state == State.IN_PROGRESS
    requeued = Ticket.objects.get(pk=goes.pk)
    assert (requeued.state, requeued.line, requeued.assignee_id) == (State.QUEUED, 1, None)
    event = requeued.events.latest("pk")
    assert (event.payload["id"], event.payload["reason"]) == ("T09", "shift_change")
    assert event.payload["assignee_from"] == early.user_id


def test_line_clock_goes_on_where_it_was_when_the_next_shift_takes_it() -> None:
    early, late = factories.operator(), factories.operator()
    ticket = in_work(early)
    go_home(early)
    relieve()
    worked = Clock.objects.get(ticket=ticket, kind="OLA_W").elapsed
    assert worked.total_seconds() > 0
    move(actor=late, ticket_id=ticket.pk, transition="take")
    assert Clock.objects.get(ticket=ticket, kind="OLA_W").elapsed == worked
    assert rebuilding.drifts(ticket) == []


def test_somebody_whose_account_was_closed_has_no_work_either() -> None:
    gone = factories.operator()
    ticket = in_work(gone)
    User.objects.filter(pk=gone.user_id).update(is_active=False)
    assert relieve() == 1
    assert Ticket.objects.get(pk=ticket.pk).state == State.QUEUED


def test_second_sweep_finds_nothing_to_do_in_two_queries() -> None:
    early = factories.operator()
    in_work(early)
    go_home(early)
    relieve()
    with CaptureQueriesContext(connection) as context:
        assert relieve() == 0
    assert len(context.captured_queries) == 2
