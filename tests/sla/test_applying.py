"""«Apply to open tickets»: who may, what it changes, and that a killed worker loses and doubles nothing."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.queries import contact_actor
from common import clock
from common.errors import Conflict, NotAllowed, Unprocessable
from sla import tasks
from sla.engine.fold import fold
from sla.enums import RunState
from sla.models import Clock, PolicyApplication
from sla.queries import policies
from sla.queries.sentences import sentence
from sla.services import applying, running
from sla.services.explaining import clocks_of
from sla.services.loading import log, rules
from sla.services.rebuilding import check
from tests import factories
from tests.sla.sheets import a_draft, manager, put_in_force, save, signed_in
from tickets.enums import EventType
from tickets.models import TicketEvent
from tickets.services.receiving import receive_message
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "the new contract begins today"


@pytest.fixture(autouse=True)
def seeded():
    rules()


def open_ticket(minutes: int = 0, priority: int = 2):
    customer = factories.ContractFactory.create().customer
    start = clock.now() - timedelta(minutes=minutes)
    return factories.ticket(factories.contact(customer=customer), priority=priority, received_at=start)


def stricter(actor=None):
    """A version in force that promises high priority in 3 h instead of 4 h, and 10 minutes for the next answer."""
    draft = a_draft()
    save(draft, **{"RES-0---2": "3 h", "OLA_W-3---2": "2 h", "NR-0---2": "10 min"})
    put_in_force(draft, actor)
    return draft


def applied(version, mode: str = "retro", actor=None) -> PolicyApplication:
    run = applying.ask(actor=actor or manager(), version_id=version.pk, mode=mode, why=WHY)
    while applying.walk(run_id=run.pk):
        pass
    run.refresh_from_db()
    return run


def resolution(ticket) -> Clock:
    return Clock.objects.get(ticket=ticket, kind="RES")


def events(ticket) -> int:
    return TicketEvent.objects.filter(ticket=ticket, type=EventType.POLICY_APPLIED).count()


def test_only_tickets_whose_promises_change_get_an_event_and_stored_stays_replayed():
    changed, other = open_ticket(), open_ticket(priority=3)
    boss = manager()
    version = stricter()
    run = applied(version, actor=boss)
    assert (run.state, run.total, run.done, run.changed) == (RunState.DONE, 2, 2, 1)
    assert (events(changed), events(other)) == (1, 0)
    assert resolution(changed).due_at == changed.received_at + timedelta(hours=3)
    assert resolution(changed).policy_version_id == version.pk
    assert resolution(other).policy_version_id != version.pk
    event = TicketEvent.objects.get(type=EventType.POLICY_APPLIED)
    assert event.actor_user_id == boss.user_id
    facts = {key: event.payload[key] for key in ("mode", "reason", "version", "application")}
    assert facts == {"mode": "retro", "reason": "policy", "version": version.pk, "application": run.pk}
    assert list(check()) == []


def test_first_response_is_never_recalculated():
    ticket = open_ticket()
    draft = a_draft()
    save(draft, **{"FR-0---": "60 s", "RES-0---2": "3 h", "OLA_W-3---2": "2 h"})
    put_in_force(draft)
    applied(draft)
    assert Clock.objects.get(ticket=ticket, kind="FR").target == timedelta(seconds=90)


def test_from_now_on_moves_no_deadline_into_the_past_and_keeps_the_stricter_one():
    old, fresh = open_ticket(minutes=200), open_ticket()
    version = stricter()
    run = applied(version, "from_change")
    assert run.changed == 2  # the next answer is promised otherwise on both
    assert resolution(old).due_at == old.received_at + timedelta(hours=4)
    assert resolution(fresh).due_at < fresh.received_at + timedelta(hours=4)
    assert resolution(old).verdict == "running"
    assert list(check()) == []


def test_as_if_from_the_start_a_promise_already_broken_is_missed_then_and_noticed_now():
    ticket = open_ticket(minutes=200)
    before = clock.now()
    applied(stricter(), "retro")
    found = resolution(ticket)
    assert (found.verdict, found.breached_at) == ("missed", ticket.received_at + timedelta(hours=3))
    assert found.detected_at >= before
    assert list(check()) == []


def test_next_clock_starts_under_the_applied_promise():
    ticket, desk = open_ticket(), factories.operator()
    reply(actor=desk, ticket_id=ticket.pk, text="We look into it.")
    applied(stricter())
    receive_message(actor=contact_actor(ticket.contact), ticket_id=ticket.pk, text="Any news?")
    assert Clock.objects.get(ticket=ticket, kind="NR").target == timedelta(minutes=10)


def test_applying_twice_changes_nothing_the_second_time():
    ticket = open_ticket()
    version = stricter()
    assert [applied(version).changed, applied(version).changed] == [1, 0]
    assert events(ticket) == 1


@pytest.mark.parametrize("mode", ["retro", "from_change"])
def test_killed_worker_is_taken_over_and_each_ticket_is_applied_once(mode, monkeypatch):
    tickets = [open_ticket() for _ in range(5)]
    version = stricter()
    run = applying.ask(actor=manager(), version_id=version.pk, mode=mode, why=WHY)
    real, seen = applying.recording.record, []

    def killed(**values):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(values["ticket"].pk)
        return real(**values)

    monkeypatch.setattr(applying.recording, "record", killed)
    with pytest.raises(KeyboardInterrupt):
        applying.walk(run_id=run.pk, chunk=3)
    run.refresh_from_db()
    assert (run.state, run.done, run.changed, run.last_id) == (RunState.RUNNING, 2, 2, tickets[1].pk)
    monkeypatch.setattr(applying.recording, "record", real)
    assert [pk for _model, pk in running.unfinished()] == [run.pk]
    while applying.walk(run_id=run.pk, chunk=3):
        pass
    run.refresh_from_db()
    assert (run.state, run.done, run.changed, run.percent) == (RunState.DONE, 5, 5, 100)
    assert [events(ticket) for ticket in tickets] == [1] * 5
    assert list(check()) == []


def test_second_worker_leaves_a_run_that_is_under_way_alone():
    open_ticket()
    run = applying.ask(actor=manager(), version_id=stricter().pk, mode="retro", why=WHY)
    cache.add(f"sla:run:policyapplication:{run.pk}", 1, timeout=60)
    assert list(running.unfinished()) == []
    assert applying.walk(run_id=run.pk) is False
    run.refresh_from_db()
    assert (run.state, run.done) == (RunState.WAITING, 0)
    cache.clear()
    assert tasks.resume_runs() == 1
    assert tasks.apply_policy(run.pk) is False
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_long_run_works_in_turns():
    for _ in range(3):
        open_ticket()
    run = applying.ask(actor=manager(), version_id=stricter().pk, mode="retro", why=WHY)
    turns = 1
    while applying.walk(run_id=run.pk, seconds=0, chunk=1):
        turns += 1
    run.refresh_from_db()
    assert (run.state, run.changed) == (RunState.DONE, 3)
    assert turns > 3


def test_run_stops_when_another_version_comes_into_force():
    open_ticket()
    run = applying.ask(actor=manager(), version_id=stricter().pk, mode="retro", why=WHY)
    stricter()
    applying.walk(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.changed) == (RunState.FAILED, 0)
    assert "Another version has come into force" in run.error


def test_act_needs_a_right_a_reason_and_the_version_that_holds():
    version, earlier = stricter(), policies.shelf().earlier[0]
    lead, boss = factories.operator(is_shift_lead=True), manager()
    with pytest.raises(NotAllowed):
        applying.ask(actor=lead, version_id=version.pk, mode="retro", why=WHY)
    with pytest.raises(Unprocessable):
        applying.ask(actor=boss, version_id=version.pk, mode="retro", why="so    ")
    with pytest.raises(Unprocessable):
        applying.ask(actor=boss, version_id=version.pk, mode="sideways", why=WHY)
    for wrong in (earlier, a_draft()):
        with pytest.raises(Conflict):
            applying.ask(actor=boss, version_id=wrong.pk, mode="retro", why=WHY)
    applying.ask(actor=boss, version_id=version.pk, mode="retro", why=WHY)
    with pytest.raises(Conflict):
        applying.ask(actor=boss, version_id=version.pk, mode="retro", why=WHY)


def test_page_shows_the_run_and_the_clock_tells_why():
    ticket = open_ticket()
    version, boss = stricter(), manager()
    client = signed_in(boss)
    address = reverse("sla:apply_policy", args=[version.pk])
    assert client.post(address, {"mode": "retro", "why": "short"}).status_code == 422
    assert client.post(address, {"mode": "retro", "why": WHY}).status_code == 302
    run = PolicyApplication.objects.get()
    waiting = client.get(reverse("sla:application", args=[run.pk])).content.decode()
    assert "every 2s" in waiting
    assert "<progress" in waiting
    tasks.apply_policy(run.pk)
    done = client.get(reverse("sla:policy", args=[version.pk])).content.decode()
    assert "every 2s" not in done
    assert WHY in done
    assert "1 changed" in done
    _stored, folded = clocks_of(ticket)
    told = [sentence(entry) for entry in folded["RES", 1, 0].ledger]
    assert any("new promises were applied to open tickets" in line for line in told)
    assert fold(log(ticket.pk), rules().policy).terms.version == version.pk
