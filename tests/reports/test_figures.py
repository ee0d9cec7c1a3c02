"""Figures against the written examples of the rules: what is counted, when, and how sure we are."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from reports.enums import Period
from reports.queries import backlog, days, slices
from reports.queries.misses import recent
from reports.queries.overview import overview
from sla.queries.shares import Share
from sla.services import enforcing
from tests import factories
from tickets.models import Ticket
from tickets.services.creating import create_ticket
from tickets.services.moving import move
from tickets.services.replying import reply

T0 = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # 10:00 in Moscow, as in §2.9
pytestmark = pytest.mark.django_db


def asked(at: datetime = T0, **values: object) -> Ticket:
    with time_machine.travel(at, tick=False):
        return factories.ticket(received_at=at, **values)


def answered(ticket: Ticket, after: float) -> None:
    at = ticket.received_at + timedelta(seconds=after)
    with time_machine.travel(at, tick=False):
        reply(actor=factories.operator(1), ticket_id=ticket.pk, text="On it.", at=at)


def month(now: datetime = T0 + timedelta(hours=5)) -> Period:
    return Period.of(30, now)


@pytest.mark.parametrize(("met", "total", "low", "high"), [(950, 1000, 93.5, 96.2), (96, 100, 90.2, 98.4)])
def test_wilson_interval_is_that_of_the_rules(met: int, total: int, low: float, high: float) -> None:
    interval = Share(met, total).interval
    assert interval is not None
    assert [round(bound, 1) for bound in interval] == [low, high]


def test_interval_is_shown_while_n_is_small_and_never_leaves_the_scale() -> None:
    assert Share(96, 100).is_rough
    assert not Share(950, 1000).is_rough
    assert Share(0, 0).interval is None
    assert Share(3, 3).interval == pytest.approx((43.85, 100.0), abs=0.01)
    assert Share(0, 0).percent is None


def test_first_responses_a01_to_a04_give_share_and_linear_percentiles() -> None:
    for seconds in (72, 90, 90.001, 95):
        answered(asked(), seconds)
    with time_machine.travel(T0 + timedelta(hours=5), tick=False):
        found = overview(month())
    assert found.first == Share(2, 4)
    assert found.p50 == pytest.approx(90.0005)
    assert found.p95 == pytest.approx(90.001 + 0.85 * (95 - 90.001))
    assert (found.days[-1].first, found.days[-1].p50) == (Share(2, 4), pytest.approx(90.0005))


def test_an_unanswered_ticket_counts_as_missed_at_its_deadline() -> None:
    ticket = asked()
    with time_machine.travel(T0 + timedelta(seconds=91), tick=False):
        enforcing.tick(now=T0 + timedelta(seconds=91))
        found = overview(Period.of(7, T0 + timedelta(seconds=100)))
        missed = list(recent(Period.of(7, T0 + timedelta(seconds=100))))
    assert found.first == Share(0, 1)
    assert (found.p50, found.days[-1].p50) == (None, None)
    assert [(breach.ticket.number, breach.kind) for breach in missed] == [(ticket.number, "FR")]


def test_a_verdict_belongs_to_its_day_in_the_viewers_zone() -> None:
    late = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)  # 23:30 in Moscow, already the 23rd in Vladivostok
    answered(asked(late), 40)
    with timezone.override("Europe/Moscow"):
        moscow = {day.date.day: day.first.total for day in days.by_day(month()) if day.first.total}
    with timezone.override("Asia/Vladivostok"):
        vladivostok = {day.date.day: day.first.total for day in days.by_day(month()) if day.first.total}
    assert (moscow, vladivostok) == ({22: 1}, {23: 1})


def test_every_day_is_there_and_today_is_the_last() -> None:
    found = days.by_day(month())
    assert len(found) == 30
    assert found[-1].date == timezone.localtime(T0).date()
    assert [day.date - found[0].date for day in found] == [timedelta(days=n) for n in range(30)]


def resolve(ticket: Ticket, after: timedelta, category: str = "IR.HOW") -> None:
    first, second = factories.operator(1), ticket.received_at + after
    with time_machine.travel(ticket.received_at + timedelta(seconds=20), tick=False):
        move(actor=first, ticket_id=ticket.pk, transition="accept")
        move(
            actor=first, ticket_id=ticket.pk, transition="classify", category=category, impact=4, urgency=1,
            service_unknown="a test", message="On it.", line=1,
        )  # fmt: skip
    with time_machine.travel(second, tick=False):
        move(
            actor=first, ticket_id=ticket.pk, transition="resolve", resolution_code="answered", message="Done.",
            waive="nothing to write",
        )  # fmt: skip


def test_resolutions_are_judged_with_their_first_response_and_in_fifteen_minutes() -> None:
    resolve(asked(), timedelta(minutes=12))
    resolve(asked(), timedelta(minutes=40))
    resolve(asked(), timedelta(hours=3))
    now = T0 + timedelta(hours=5)
    with time_machine.travel(now, tick=False):
        found = overview(month(now))
    # A customer without a contract is served by the basic tier: two hours for a question.
    assert found.days[-1].resolved == Share(2, 3)
    assert found.headline == Share(2, 3)
    assert slices.in_fifteen_minutes(month(now)) == {"IR": Share(1, 3)}
    assert found.lines[0].solved == 3
    assert [(row.channel, row.resolved) for row in found.channels] == [("portal", Share(2, 3))]


def test_out_of_scope_spam_tests_and_own_tickets_promise_nothing() -> None:
    resolve(asked(), timedelta(minutes=12), category="OC.GEN")
    answered(asked(category="XX.TEST"), 200)
    with time_machine.travel(T0, tick=False):
        create_ticket(
            actor=factories.operator(1), subject="Ours", body="…", channel="agent", is_outbound=True
        )
        stranger = create_ticket(actor=factories.contact(), subject="Buy!", body="…", channel="mail")
        lead = factories.operator(1, is_shift_lead=True)
        move(actor=lead, ticket_id=stranger.pk, transition="mark_spam")
    now = T0 + timedelta(hours=5)
    with time_machine.travel(now, tick=False):
        found = overview(month(now))
    assert found.headline == Share(0, 0)
    assert found.first.total == 1  # the out-of-scope question was answered in time like any other
    assert found.days[-1].received == {"OC": 1}
    assert found.open == 0


def test_open_tickets_fall_into_their_age() -> None:
    now = T0 + timedelta(days=10)
    for age in (
        timedelta(minutes=14),
        timedelta(minutes=59),
        timedelta(hours=3),
        timedelta(days=2),
        timedelta(days=9),
    ):
        asked(now - age)
    found = [age.total for age in backlog.ages(Period.of(7, now))]
    assert found == [1, 1, 1, 0, 1, 0, 1]
