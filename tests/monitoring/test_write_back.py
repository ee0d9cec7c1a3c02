"""What Zabbix is told, what the desk asks it, and what happens when it does not answer."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from common import clock
from monitoring.enums import ProblemState, WriteBackState
from monitoring.models import Delivery, Problem, Source, WriteBack
from monitoring.services.authenticating import forget_sources
from monitoring.services.zabbix.delivering import deliver_due, retry
from monitoring.services.zabbix.reconciling import reconcile
from monitoring.services.zabbix.watching import watch
from tests import factories
from tests.monitoring.bodies import problem, recovery, update
from tests.monitoring.conftest import Post
from tests.monitoring.zabbix_server import TOKEN, ZabbixServer, running
from tickets.enums import MessageKind, State
from tickets.models import Ticket
from tickets.services.moving import move
from tickets.services.noting import add_note

pytestmark = pytest.mark.django_db


@pytest.fixture
def zabbix(settings: Any, source: Source) -> Iterator[ZabbixServer]:
    with running() as server:
        settings.ZABBIX_API = {source.slug: {"url": server.url, "token": TOKEN}}
        yield server


def accepted(post: Post, *events: int) -> Ticket:
    for event in events or (1,):
        post(problem(event))
    ticket = Ticket.objects.get()
    move(actor=factories.operator(1), ticket_id=ticket.pk, transition="accept")
    return ticket


def resolved(ticket: Ticket) -> None:
    me = factories.operator(2)
    for name, values in (
        ("classify", {"category": "EM.MON", "impact": 2, "urgency": 2, "service_unknown": "not told"}),
        ("resolve", {"resolution_code": "fixed", "message": "The feed works again, checked.", "waive": "known"}),
    ):  # fmt: skip
        actor = factories.operator(1) if name == "classify" else me
        move(actor=actor, ticket_id=ticket.pk, transition=name, **values)


def test_taking_the_ticket_acknowledges_its_event_with_number_and_link(
    post: Post, zabbix: ZabbixServer
) -> None:
    ticket = accepted(post)
    assert deliver_due() == 1
    (told,) = zabbix.told
    assert (told["eventids"], told["action"]) == (["1"], 6)
    assert ticket.number in told["message"]
    assert f"/desk/tickets/{ticket.number}/" in told["message"]
    assert deliver_due() == 0


def test_our_own_word_that_comes_back_is_no_note(post: Post, zabbix: ZabbixServer) -> None:
    ticket = accepted(post)
    deliver_due()
    before = ticket.messages.count()
    post(update(1, update_action="acknowledged, commented", update_message=zabbix.told[0]["message"]))
    assert ticket.messages.count() == before
    assert Delivery.objects.filter(outcome="echo").count() == 1
    post(update(1, update_message=f"somebody quotes [{ticket.number}·00000000]", update_time="14:00:00"))
    assert ticket.messages.count() == before + 1


def test_acknowledgement_by_a_person_in_zabbix_is_a_note_and_nothing_goes_back(
    post: Post, zabbix: ZabbixServer
) -> None:
    post(problem(1))
    post(update(1, update_action="acknowledged, commented", update_message="I look"))
    assert Ticket.objects.get().messages.filter(kind=MessageKind.NOTE, text__contains="I look").exists()
    assert not WriteBack.objects.exists()


@pytest.mark.parametrize("version", ["6.0.14", "6.4.0", "7.0.3", "7.4.0"])
def test_each_version_is_signed_in_to_as_it_wants(post: Post, zabbix: ZabbixServer, version: str) -> None:
    zabbix.version = version
    accepted(post)
    assert deliver_due() == 1


def test_notes_go_back_only_where_the_source_says_so(
    post: Post, zabbix: ZabbixServer, source: Source
) -> None:
    ticket = accepted(post)
    deliver_due()
    add_note(actor=factories.operator(1), ticket_id=ticket.pk, text="waiting for the electrician")
    assert deliver_due() == 0
    Source.objects.filter(pk=source.pk).update(writes_notes=True)
    add_note(actor=factories.operator(1), ticket_id=ticket.pk, text="he is here")
    assert deliver_due() == 1
    assert "he is here" in zabbix.told[-1]["message"]
    assert zabbix.told[-1]["action"] == 4


@pytest.mark.parametrize(
    ("closes", "allowed", "action"), [(False, True, 4), (True, True, 5), (True, False, 4)]
)
def test_resolving_closes_the_event_only_where_source_and_trigger_allow_it(
    post: Post, zabbix: ZabbixServer, source: Source, closes: bool, allowed: bool, action: int
) -> None:
    Source.objects.filter(pk=source.pk).update(closes_events=closes)
    zabbix.manual_close = allowed
    resolved(accepted(post))
    deliver_due()
    assert zabbix.told[-1]["action"] == action


def test_closed_in_zabbix_is_one_resolution_and_one_note(post: Post, zabbix: ZabbixServer) -> None:
    ticket = accepted(post)
    before = ticket.messages.count()
    post(update(1, update_action="closed", update_message="done"))
    post(recovery(1))
    assert ticket.messages.count() == before + 2
    assert Problem.objects.get().state == ProblemState.RESOLVED


def test_server_that_is_away_is_asked_again_and_at_last_the_ticket_shows_it(
    post: Post, zabbix: ZabbixServer
) -> None:
    ticket = accepted(post)
    zabbix.trouble = "down"
    now = clock.now()
    for hours in range(8):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            deliver_due()
    row = WriteBack.objects.get()
    assert (row.state, row.attempts) == (WriteBackState.FAILED, 6)
    zabbix.trouble = ""
    assert retry(ticket_id=ticket.pk) == 1
    assert deliver_due() == 1
    assert len(zabbix.told) == 1


def test_refusal_is_final_and_no_token_is_written_anywhere(
    post: Post, zabbix: ZabbixServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    accepted(post)
    zabbix.trouble = "refuse"
    deliver_due()
    row = WriteBack.objects.get()
    assert row.state == WriteBackState.FAILED
    assert "No permissions" in row.error
    assert TOKEN not in row.error
    assert TOKEN not in caplog.text


def test_many_events_go_a_hundred_at_a_time_and_a_broken_off_row_goes_on_where_it_stopped(
    post: Post, zabbix: ZabbixServer, source: Source
) -> None:
    ticket = accepted(post)
    first = Problem.objects.get()
    for number in range(2, 251):
        first.pk, first.event_id = None, number  # type: ignore[assignment]
        first.save(force_insert=True)
    WriteBack.objects.update(after_event_id=50)
    assert deliver_due() == 1
    assert [len(told["eventids"]) for told in zabbix.told] == [100, 100]
    assert zabbix.told[0]["eventids"][0] == "51"
    assert ticket.write_backs.get().after_event_id == 250


def test_problem_whose_webhook_was_lost_is_found_and_its_late_webhook_is_a_duplicate(
    post: Post, zabbix: ZabbixServer, source: Source
) -> None:
    then = int((clock.now() - timedelta(minutes=1)).timestamp())
    zabbix.add(41, "Power lost", clock=then)
    assert reconcile(source.slug) == (1, 0)
    found = Problem.objects.get()
    assert (found.event_id, found.host, int(found.started_at.timestamp())) == (41, "unit-1", then)
    assert Ticket.objects.count() == 1
    assert post(problem(41)).json()["duplicate"] is True
    assert reconcile(source.slug) == (0, 0)


def test_recovery_whose_webhook_was_lost_is_found(post: Post, zabbix: ZabbixServer, source: Source) -> None:
    now = clock.now()
    zabbix.add(41, "Power lost", clock=int(now.timestamp()) - 60)
    reconcile(source.slug)
    zabbix.end(41, clock=int(now.timestamp()) - 5)
    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        assert reconcile(source.slug) == (0, 1)
    found = Problem.objects.get()
    assert found.recovered_at is not None
    assert int(found.recovered_at.timestamp()) == int(now.timestamp()) - 5
    assert Ticket.objects.get().state == State.RESOLVED


def test_suppressed_problem_waits_for_the_end_of_its_maintenance(
    zabbix: ZabbixServer, source: Source
) -> None:
    zabbix.add(41, "Power lost", clock=int(clock.now().timestamp()) - 60)
    zabbix.events["41"]["suppressed"] = "1"
    assert reconcile(source.slug) == (0, 0)


def test_api_that_fails_three_times_makes_monitoring_blind_once_and_ends_it_when_it_answers(
    zabbix: ZabbixServer, source: Source
) -> None:
    zabbix.trouble = "down"
    for _time in range(3):
        reconcile(source.slug)
        watch()
    ticket = Ticket.objects.get()
    assert "blind" in ticket.subject
    assert ticket.priority == 1
    watch()
    assert Ticket.objects.count() == 1
    zabbix.trouble = ""
    reconcile(source.slug)
    watch()
    assert Ticket.objects.get().state == State.RESOLVED


def test_source_that_falls_silent_is_noticed_and_a_heartbeat_ends_it(
    post: Post, client: Any, token: str, source: Source
) -> None:
    Source.objects.filter(pk=source.pk).update(silence_minutes=3)
    forget_sources()
    now = clock.now()
    assert watch(now + timedelta(minutes=2)) == 0
    assert watch(now + timedelta(minutes=4)) == 1
    assert watch(now + timedelta(minutes=5)) == 0
    with time_machine.travel(now + timedelta(minutes=6), tick=False):
        headers = {"Authorization": f"Bearer {token}"}
        assert client.post("/api/monitoring/zabbix/v1/heartbeat", headers=headers).status_code == 200
        assert client.post("/api/monitoring/zabbix/v1/heartbeat").status_code == 401
        assert watch(now + timedelta(minutes=6)) == 1
    assert Ticket.objects.get().state == State.RESOLVED


def test_answer_without_what_it_must_hold_counts_as_a_failure_and_stops_nobody(
    post: Post, zabbix: ZabbixServer, source: Source
) -> None:
    accepted(post)
    zabbix.trouble = "nonsense"
    assert deliver_due() == 0
    row = WriteBack.objects.get()
    assert (row.state, row.attempts) == (WriteBackState.QUEUED, 1)
    assert reconcile(source.slug) == (0, 0)
    source.refresh_from_db()
    assert source.api_failures == 1


def test_event_without_what_it_must_hold_counts_as_a_failure_of_the_api(
    zabbix: ZabbixServer, source: Source
) -> None:
    zabbix.add(7, "feed lost", clock=int(clock.now().timestamp()) - 300)
    del zabbix.events["7"]["severity"]
    assert reconcile(source.slug) == (0, 0)
    source.refresh_from_db()
    assert (source.api_failures, source.api_error) == (1, "unexpected answer (KeyError: 'severity')")
