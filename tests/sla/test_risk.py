"""At risk: what the nightly training learns, what a page says of it, and what both cost."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Contact, Operator, User
from common import clock
from sla.engine.survival import ENOUGH, estimate
from sla.models import Clock, LineLoad, RiskCurve
from sla.queries import reasons, risk
from sla.queries.risk import Group
from sla.services import training
from tests import factories
from tests.sla.test_survival import HISTORY
from tickets.models import Category, Ticket
from tickets.services.moving import move

pytestmark = pytest.mark.django_db
MINUTE = 60


def past(minutes: float, *, resolved: bool = True, category: str = "EM.VM", **values: object) -> Ticket:
    """A ticket whose resolution clock has used so many minutes, as the engine would have left its rows."""
    ticket = factories.ticket(priority=2, category=category)
    now, used = clock.now(), timedelta(minutes=minutes)
    Ticket.objects.filter(pk=ticket.pk).update(**values)
    found = Clock.objects.filter(ticket=ticket, kind="RES")
    if resolved:
        found.update(
            elapsed=used, running_since=None, stopped_at=now, verdict="met", verdict_at=now, reported_at=now,
            next_at=None, next_threshold=None, due_at=None,
        )  # fmt: skip
        Ticket.objects.filter(pk=ticket.pk).update(state="resolved", resolved_at=now, assignee=None)
    else:
        lasting(ticket, used)
    return ticket


def lasting(ticket: Ticket, used: timedelta, target: timedelta | None = None) -> Ticket:
    """The resolution clock of an open ticket has run for so long, around the clock."""
    found = Clock.objects.get(ticket=ticket, kind="RES")
    since = clock.now() - used
    found.elapsed, found.running_since = timedelta(0), since
    found.intervals = [[since.isoformat(), None, "C247"]]
    found.target = target or timedelta(days=2)
    found.save()
    return ticket


def history(times: int = 5, **values: object) -> None:
    """Example G05 of the rules so many times over, which leaves S as it is."""
    for _ in range(times):
        for minutes, resolved in HISTORY:
            past(minutes, resolved=resolved, **values)


def in_work(minutes: float, target: float, **values: object) -> Ticket:
    """An emergency that somebody works on, so many minutes after it came."""
    ticket = factories.ticket(priority=2, category="EM.VM")
    move(actor=factories.operator(), ticket_id=ticket.pk, transition="accept")
    Ticket.objects.filter(pk=ticket.pk).update(**values)
    return lasting(ticket, timedelta(minutes=minutes), timedelta(minutes=target))


def curves() -> dict[Group, RiskCurve]:
    return {(row.category, row.priority, row.line): row for row in RiskCurve.objects.all()}


# -- training ------------------------------------------------------------------------------------------------------
def test_training_draws_the_curve_of_the_rules() -> None:
    history()
    training.train()
    found = curves()
    assert set(found) == {("EM.VM", 2, 1), ("EM.VM", 2, 0), ("EM", 2, 0), ("", 2, 0)}
    narrow = found["EM.VM", 2, 1]
    assert narrow.size == 50
    assert narrow.times == [minutes * MINUTE for minutes in (5, 8, 15, 20, 30, 40, 60)]
    assert narrow.shares == pytest.approx(estimate(HISTORY).shares)


def test_example_of_the_rules_comes_out_of_trained_curves() -> None:
    history()
    training.train()
    late, early = in_work(15, 30), in_work(15, 45)
    found = risk.risks(factories.operator(), [late.pk, early.pk])
    assert found[late.pk].miss == pytest.approx(0.5333, abs=1e-4)
    assert found[early.pk].miss == pytest.approx(0.2667, abs=1e-4)
    assert (found[late.pk].is_at_risk, found[early.pk].is_at_risk) == (True, False)
    assert found[late.pk].group == ("EM.VM", 2, 1)


def test_few_of_a_kind_are_compared_with_a_wider_circle() -> None:
    history(4)  # forty of this line
    history(1, line=2)  # ten more of the same category elsewhere
    history(1, category="EM.DB")
    history(1, category="CR.VM")
    training.train()
    assert {group: row.size for group, row in curves().items()} == {
        ("EM.VM", 2, 0): 50, ("EM", 2, 0): 60, ("", 2, 0): 70,
    }  # fmt: skip
    alike, kind, unknown = in_work(15, 30), in_work(15, 30), in_work(15, 30)
    Ticket.objects.filter(pk=kind.pk).update(category=Category.objects.get(code="EM.DB"))
    Ticket.objects.filter(pk=unknown.pk).update(category=None)
    found = risk.risks(factories.operator(), [alike.pk, kind.pk, unknown.pk])
    assert [found[one.pk].group for one in (alike, kind, unknown)] == [
        ("EM.VM", 2, 0), ("EM", 2, 0), ("", 2, 0),
    ]  # fmt: skip


def test_too_few_tickets_say_nothing() -> None:
    for minutes in range(ENOUGH - 1):
        past(minutes + 1)
    training.train()
    assert not RiskCurve.objects.exists()
    assert risk.risks(factories.operator(), [in_work(15, 30).pk]) == {}


def test_what_promises_nothing_teaches_nothing() -> None:
    history()
    for ticket in Ticket.objects.order_by("pk")[:3]:
        Ticket.objects.filter(pk=ticket.pk).update(is_outbound=True)
    Clock.objects.filter(kind="RES", elapsed=timedelta(minutes=60)).update(
        started_at=clock.now() - training.HISTORY - timedelta(days=1)
    )
    training.train()
    assert not RiskCurve.objects.exists()  # 50 - 3 - 5


def test_a_missed_ticket_that_was_then_cancelled_was_never_resolved() -> None:
    history()
    gone = past(60)
    now = clock.now()
    Clock.objects.filter(ticket=gone, kind="RES").update(verdict="missed", breached_at=now)
    Ticket.objects.filter(pk=gone.pk).update(
        state="cancelled", resolved_at=None, ended_at=now, next_due_at=None
    )
    training.train()
    pairs = [*HISTORY * 5, (60, False)]
    assert curves()["EM.VM", 2, 1].shares == pytest.approx(estimate(pairs).shares)


def test_open_tickets_are_measured_by_their_calendar() -> None:
    ticket = in_work(0, 60)
    since = datetime(2026, 11, 20, 14, 0, tzinfo=timezone.get_default_timezone())  # a Friday
    Clock.objects.filter(ticket=ticket, kind="RES").update(
        running_since=since,
        elapsed=timedelta(minutes=30),
        intervals=[[since.isoformat(), None, "RUBH", 600.0]],
    )
    used = risk.elapsed(
        Clock.objects.get(ticket=ticket, kind="RES"), since + timedelta(days=3)
    )  # four hours of Friday, five of Monday, half an hour before, ten minutes brought in by a merge
    assert used == timedelta(hours=9, minutes=40)


def test_training_again_replaces_everything_and_is_seen_by_the_next_reader() -> None:
    history()
    first = clock.now() - timedelta(days=1)
    training.train(now=first)
    late = in_work(15, 30)
    assert risk.risks(factories.operator(), [late.pk])
    Clock.objects.filter(kind="RES", verdict="met").update(elapsed=timedelta(minutes=5))
    training.train()
    assert {row.trained_at > first for row in RiskCurve.objects.all()} == {True}
    risk.forget()  # another process would look within a minute
    assert risk.trained().curves["EM.VM", 2, 1].times == (5 * MINUTE,)


def test_a_night_without_training_is_made_up_for_once() -> None:
    history()
    zone = timezone.get_default_timezone()
    before, after = (datetime(2027, 3, 1, hour, 10, tzinfo=zone) for hour in (2, 14))
    training.train(now=before)
    assert training.train_if_due(now=before + timedelta(minutes=30)) == 0
    assert training.train_if_due(now=after) == 4
    assert training.train_if_due(now=after + timedelta(hours=1)) == 0


def test_line_load_is_the_work_of_a_ticket_over_all_its_visits() -> None:
    first, second = past(10), past(20)
    for ticket, minutes in ((first, 4), (first, 6), (second, 20)):
        Clock.objects.create(
            ticket=ticket, kind="OLA_W", line=1, cycle=minutes, policy_version_id=1, calendar_version_id=1,
            elapsed=timedelta(minutes=minutes), started_at=clock.now(), stopped_at=clock.now(), verdict="cancelled",
        )  # fmt: skip
    training.train()
    assert [(load.line, load.seconds, load.size) for load in LineLoad.objects.all()] == [(1, 900.0, 2)]


# -- reading -------------------------------------------------------------------------------------------------------
def queued(target: float, due: timedelta) -> Ticket:
    ticket = factories.ticket(priority=2, category="EM.VM")
    Ticket.objects.filter(pk=ticket.pk).update(next_due_at=clock.now() + due)
    return lasting(ticket, timedelta(minutes=10), timedelta(minutes=target))


def test_waiting_in_the_queue_makes_a_ticket_later() -> None:
    history()
    training.train()
    LineLoad.objects.create(line=1, seconds=10 * MINUTE, size=100, trained_at=clock.now())
    risk.forget()
    Operator.objects.update(on_shift=False)
    Ticket.objects.filter(state="new").update(state="in_progress", assignee=User.objects.first())
    desk = factories.operator()
    factories.operator(2)
    first, second = queued(30, timedelta(minutes=1)), queued(30, timedelta(minutes=2))
    found = risk.risks(desk, [first.pk, second.pk])
    waits = [found[one.pk].wait for one in (first, second)]
    assert [(wait.place, wait.agents, wait.seconds) for wait in waits if wait] == [(1, 1, 600), (2, 1, 1200)]
    assert found[second.pk].miss == 1.0  # 10 minutes so far and 20 in the queue are all that was promised
    assert found[first.pk].miss == pytest.approx(estimate(HISTORY).miss(20, 30))
    factories.operator()
    wait = risk.risks(desk, [second.pk])[second.pk].wait
    assert wait is not None
    assert wait.seconds == 600


def test_nobody_on_shift_is_said_and_not_divided_by() -> None:
    history()
    training.train()
    LineLoad.objects.create(line=1, seconds=60.0, size=100, trained_at=clock.now())
    risk.forget()
    Operator.objects.update(on_shift=False)
    ticket = queued(12, timedelta(minutes=-5))
    found = risk.risks(factories.operator(3), [ticket.pk])[ticket.pk]
    with translation.override("en"):
        assert "nobody of line 1 is on shift" in reasons.full(found)


def test_the_reason_is_told_in_words_that_can_be_checked() -> None:
    history()
    training.train()
    late = in_work(15, 30)
    found = risk.risks(factories.operator(), [late.pk])[late.pk]
    with translation.override("en"):
        assert reasons.short(found) == "at risk: 14 min left, usually 24 min"
        assert reasons.full(found) == (
            "At risk: of such tickets still open at this point 53 % take longer than promised "
            "(EM.VM, P2, line 1, n = 50). 14 min left, half of them needed 24 min more."
        )


def test_paused_missed_stopped_and_hidden_clocks_are_not_at_risk() -> None:
    history()
    training.train()
    paused, missed, hidden = in_work(15, 30), in_work(15, 30), in_work(15, 30)
    now = clock.now()
    of = Clock.objects.filter(kind="RES")
    of.filter(ticket=paused).update(running_since=None)
    of.filter(ticket=missed).update(verdict="missed", breached_at=now, verdict_at=now, reported_at=now)
    of.filter(ticket=hidden).update(is_hidden=True)
    stopped = Ticket.objects.filter(state="resolved").first()
    assert stopped is not None
    assert risk.risks(factories.operator(), [paused.pk, missed.pk, hidden.pk, stopped.pk]) == {}


# -- pages ---------------------------------------------------------------------------------------------------------
def signed_in(actor: object) -> Client:
    client = Client()
    user = User.objects.filter(pk=actor.user_id).first()  # type: ignore[attr-defined]
    client.force_login(user or Contact.objects.get(pk=actor.contact_id).user)  # type: ignore[attr-defined, arg-type]
    return client


def badges(client: Client, *ids: object) -> str:
    return client.get(reverse("sla:risks"), {"on": ",".join(map(str, ids))}).content.decode()


def test_rows_get_a_badge_or_an_empty_fragment_that_takes_an_old_one_away() -> None:
    history()
    training.train()
    late, early = in_work(15, 30), in_work(15, 45)
    page = badges(signed_in(factories.operator()), late.pk, early.pk, 999999)
    fragments = dict(re.findall(r'<span data-risk="(\d+)">(.*)</span>', page))
    assert "at risk: 14 min left, usually 24 min" in fragments[str(late.pk)]
    assert 'title="At risk: of such tickets' in fragments[str(late.pk)]
    assert (fragments[str(early.pk)], fragments["999999"]) == ("", "")


def test_badges_are_for_operators_and_a_bounded_number_of_rows() -> None:
    desk = signed_in(factories.operator())
    assert badges(desk).strip() == ""
    assert badges(desk, "1;DROP").strip() == ""
    assert badges(desk, *range(1, 102)).strip() == ""
    assert badges(desk, *range(1, 101)).count("data-risk") == 100
    assert badges(desk, 7, 7).count("data-risk") == 1
    assert signed_in(factories.contact()).get(reverse("sla:risks"), {"on": "1"}).status_code == 404
    assert desk.post(reverse("sla:risks")).status_code == 405


def test_badges_of_fifty_rows_cost_the_queries_of_one() -> None:
    history()
    training.train()
    tickets = [queued(30, timedelta(minutes=n)) for n in range(25)] + [in_work(15, 30) for _ in range(25)]
    client = signed_in(factories.operator())
    badges(client, tickets[0].pk)  # curves are read once per process
    counts = []
    for ids in ([tickets[0].pk], [ticket.pk for ticket in tickets]):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            badges(client, *ids)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_queue_asks_for_its_rows_and_a_ticket_tells_its_own() -> None:
    history()
    training.train()
    late, desk = in_work(15, 30), signed_in(factories.operator())
    page = desk.get(reverse("desk:queue"), {"view": "all"}).content.decode()
    assert f'id="risk-{late.pk}" hx-preserve' in page
    assert re.search(rf'hx-get="/sla/risks/\?on=[\d,]*\b{late.pk}\b', page)
    panel = desk.get(reverse("sla:clocks", args=[late.pk])).content.decode()
    assert "53 % take longer than promised (EM.VM, P2, line 1, n = 50)" in panel
