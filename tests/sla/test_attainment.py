"""K1, K2 and K18 against the KPI vector of the rules (domain §3), by tickets that went through the desk."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Actor
from accounts.models import User
from sla.models import Clock
from sla.queries import attainment, standing
from sla.queries.attainment import Budget
from sla.queries.shares import Share
from sla.services import enforcing
from tests import factories
from tickets.models import Ticket
from tickets.services.creating import create_ticket
from tickets.services.moving import BypassRequest, move
from tickets.services.replying import reply

DAY = datetime(2026, 11, 23, tzinfo=UTC)
NOON = DAY + timedelta(hours=12)
pytestmark = pytest.mark.django_db


class Shift:
    """A customer with a contract, and people who do what a line of the vector says."""

    def __init__(self) -> None:
        self.customer = factories.ContractFactory.create(number="C-1").customer
        self.desk = {line: factories.operator(line, is_shift_lead=True) for line in (1, 2, 3)}
        self.asked = factories.contact(customer=self.customer)

    def take(self, category: str, priority: int, at: datetime, **values: Any) -> Ticket:
        with time_machine.travel(at, tick=False):
            return factories.ticket(
                self.asked, category=category, priority=priority, received_at=at, **values
            )

    def answer(self, ticket: Ticket, after: float) -> None:
        """A person answers; on an alert taking it up is the answer."""
        at = ticket.received_at + timedelta(seconds=after)
        with time_machine.travel(at, tick=False):
            if ticket.channel == "monitoring":
                move(actor=self.desk[1], ticket_id=ticket.pk, transition="accept")
                return
            reply(actor=self.desk[1], ticket_id=ticket.pk, text="On it.")
            move(actor=self.desk[1], ticket_id=ticket.pk, transition="accept")

    def resolve(self, ticket: Ticket, after: float) -> None:
        with time_machine.travel(ticket.received_at + timedelta(seconds=after), tick=False):
            move(
                actor=self.desk[1], ticket_id=ticket.pk, transition="resolve", resolution_code="fixed",
                message="It runs again.", waive="A one-off.", bypass=BypassRequest(why="only the clock matters"),
            )  # fmt: skip

    def reopen(self, ticket: Ticket, after: float) -> None:
        with time_machine.travel(ticket.received_at + timedelta(seconds=after), tick=False):
            move(actor=self.desk[1], ticket_id=ticket.pk, transition="reopen", reason="not_fixed")

    def serve(self, category: str, priority: int, answered: float, resolved: float, **values: Any) -> Ticket:
        ticket = self.take(category, priority, DAY + timedelta(hours=4), **values)
        self.answer(ticket, answered)
        self.resolve(ticket, resolved)
        return ticket


@pytest.fixture
def vector() -> Iterator[Shift]:
    """T1 to T12 of the KPI vector, and what must not be counted beside them; it is noon."""
    with time_machine.travel(NOON, tick=False):
        yield lived()


def lived() -> Shift:
    shift = Shift()
    shift.serve("IR.HOW", 3, 40, 480)
    shift.serve("IR.HOW", 3, 25, 600)
    shift.serve("IR.HOW", 3, 88, 1500)
    shift.serve("CR.RES", 3, 61, 5400)
    shift.serve("CR.RES", 3, 130, 15000)
    again = shift.serve("MR.UPD", 2, 44, 840)
    shift.reopen(again, 900)
    shift.resolve(again, 1560)  # a minute of it was spent resolved
    shift.serve("EM.MON", 1, 30, 1980, channel="monitoring")
    shift.serve("EM.VM", 1, 15, 4500, channel="phone")
    shift.serve("EM.MON", 1, 75, 300, channel="monitoring")
    spam(shift)
    late = shift.take("CR.RES", 3, DAY + timedelta(hours=6))
    shift.answer(late, 58)
    double = shift.take("IR.HOW", 3, DAY + timedelta(hours=7))
    shift.answer(double, 50)
    with time_machine.travel(double.received_at + timedelta(minutes=2), tick=False):
        move(
            actor=shift.desk[1],
            ticket_id=double.pk,
            transition="merge",
            target=late.number,
            leak_checked=True,
        )
    shift.answer(shift.take("XX.TEST", 3, DAY + timedelta(hours=8)), 200)
    with time_machine.travel(DAY + timedelta(hours=8), tick=False):
        create_ticket(actor=shift.desk[1], subject="Ours", body="…", channel="agent", is_outbound=True)
    enforcing.tick(now=NOON)
    return shift


def spam(shift: Shift) -> None:
    with time_machine.travel(DAY + timedelta(hours=5), tick=False):
        stranger = create_ticket(actor=factories.contact(), subject="Buy!", body="…", channel="mail")
        move(actor=shift.desk[1], ticket_id=stranger.pk, transition="mark_spam")


def of_day(function: Any, *given: Any) -> Any:
    return function(*given, since=DAY, until=NOON)


def clocks_of_the_vector() -> None:
    found = of_day(attainment.clocks)
    assert found["FR"] == (10, 11)
    assert round(Share(*found["FR"]).percent or 0, 2) == 90.91
    assert found["RES"] == (7, 10)


def tickets_of_the_vector() -> None:
    found: Budget = of_day(attainment.budget)
    assert (found.judged, found.missed, found.attainment) == (10, 3, 0.7)
    assert (found.allowed, found.left, found.over) == (0, -3, 3)
    assert found.raw.interval == pytest.approx((39.7, 89.2), abs=0.05)
    assert found.burn == pytest.approx(6.0)


def first_responses_of_the_vector() -> None:
    found = of_day(attainment.first_responses)
    assert (found.count, found.p50, found.p95) == (11, 50.0, 109.0)
    assert found.within == Share(10, 11)
    by_channel = of_day(attainment.first_by_channel)
    assert {channel: (one.count, one.p50) for channel, one in by_channel.items()} == {
        "monitoring": (2, 52.5), "phone": (1, 15.0), "portal": (8, 54.0),
    }  # fmt: skip


def slices_add_up_to_the_whole() -> None:
    found = {by: of_day(attainment.slices, by) for by in attainment.SLICES}
    for slices in found.values():
        assert sum(one.judged for one in slices.values()) == 10
        assert sum(one.missed for one in slices.values()) == 3
    assert (found["priority"][1].judged, found["priority"][1].missed) == (3, 1)
    assert (found["category"]["CR.RES"].judged, found["category"]["CR.RES"].missed) == (3, 2)
    assert (found["channel"]["phone"].missed, found["channel"]["monitoring"].missed) == (1, 0)
    assert set(found["contract"]) == {"C-1"}
    assert set(found["line"]) == {1}


def test_figures_are_those_of_the_vector(vector: Shift) -> None:
    clocks_of_the_vector()
    tickets_of_the_vector()
    first_responses_of_the_vector()
    slices_add_up_to_the_whole()
    late_ticket_counts_while_it_is_open()


def late_ticket_counts_while_it_is_open() -> None:
    late = Clock.objects.get(kind="RES", verdict="missed", stopped_at=None)
    assert late.reported_at == late.started_at + timedelta(hours=4)
    assert attainment.budget(since=late.reported_at, until=NOON).missed == 1


def test_later_miss_of_a_ticket_does_not_change_the_period_before(vector: Shift) -> None:
    before: Budget = attainment.budget(since=DAY, until=DAY + timedelta(hours=7))
    kept = Clock.objects.filter(kind="RES", verdict="met").order_by("pk")[0]
    Clock.objects.create(
        ticket=kept.ticket, kind="RES", cycle=2, policy_version_id=1, calendar_version_id=1, started_at=NOON,
        target=timedelta(hours=1), verdict="missed", verdict_at=NOON, reported_at=NOON, breached_at=NOON,
    )  # fmt: skip
    assert attainment.budget(since=DAY, until=DAY + timedelta(hours=7)) == before
    assert attainment.budget(since=DAY, until=NOON + timedelta(hours=1)).missed == 4


# -- the month -----------------------------------------------------------------------------------------------------
def of(judged: int, missed: int, gone: float, *, is_early: bool = False) -> standing.Standing:
    return standing.Standing(Budget(judged, missed, DAY), gone, DAY, is_early)


def test_pace_compares_the_budget_used_with_the_month_gone() -> None:
    half = of(600, 30, 0.5)
    assert (half.budget.burn, half.used) == (pytest.approx(1.0), pytest.approx(0.5))
    assert (half.expected_missed, half.expected_allowed) == (60, 60)
    fast = of(600, 36, 0.5)
    assert (fast.budget.burn, fast.used) == (pytest.approx(1.2), pytest.approx(0.6))
    assert (fast.expected_missed, fast.level) == (72, "bad")
    assert of(600, 29, 0.5).level == "good"


def test_first_day_of_a_month_foretells_nothing() -> None:
    found = standing.of_month(datetime(2026, 11, 1, 3, 0, tzinfo=UTC))
    assert found.is_early
    assert (found.expected_missed, found.used, found.level) == (None, None, "good")


def test_month_is_that_of_the_centre_and_ends_with_it() -> None:
    found = standing.of_month(datetime(2026, 11, 16, 9, 0, tzinfo=UTC))
    assert found.budget.since.isoformat() == "2026-11-01T00:00:00+03:00"
    assert found.ends.isoformat() == "2026-12-01T00:00:00+03:00"
    assert found.gone == pytest.approx(0.5167, abs=1e-4)


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def test_head_of_the_queue_tells_what_is_left_and_draws_it(vector: Shift) -> None:
    cache.delete(standing.KEY)
    client = signed_in(vector.desk[1])
    assert attainment.budget().judged == 10
    assert reverse("sla:budget") in client.get(reverse("desk:queue")).content.decode()
    page = client.get(reverse("sla:budget"), headers={"accept-language": "en"}).content.decode()
    assert "3 over budget" in page
    assert "n = 10, likely 39.7–89.2 %" in page
    assert 'class="budget__used" y="3" width="100"' in page  # six times what is allowed
    assert 'd="M75 0v14"' in page  # noon of the 23rd


def test_pages_that_ask_at_once_share_one_computation() -> None:
    cache.delete(standing.KEY)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            standing.this_month()
        counts.append(len(queries))
    assert counts == [1, 0]
