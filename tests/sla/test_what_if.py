"""What-if: both attainments from the same logs, no table but its own touched, nothing lost when a worker dies."""

import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import InternalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.queries import contact_actor
from common import clock
from common.errors import NotAllowed, Unprocessable
from sla import tasks
from sla.engine.calendars import C247
from sla.engine.reckoning import reckon
from sla.enums import RunState
from sla.models import Clock, PolicyVersion, WhatIf
from sla.queries import policies, trials
from sla.services import trying
from sla.services.loading import rules
from tests import factories
from tests.sla.sheets import a_draft, manager, save, signed_in
from tickets.models import Ticket
from tickets.services.moving import BypassRequest, move
from tickets.services.replying import reply

pytestmark = pytest.mark.django_db
VECTORS = Path(__file__).with_name("vectors.json")


def resolved(minutes: float, *, answered: int = 30, priority: int = 2) -> Ticket:
    """A ticket of yesterday, answered after so many seconds and resolved after so many minutes."""
    contract = factories.ContractFactory.create()
    desk, start = factories.operator(), clock.now() - timedelta(days=1)
    ticket = factories.ticket(
        factories.contact(customer=contract.customer), priority=priority, received_at=start
    )
    reply(actor=desk, ticket_id=ticket.pk, text="On it.", at=start + timedelta(seconds=answered))
    move(actor=desk, ticket_id=ticket.pk, transition="accept", at=start + timedelta(seconds=answered + 1))
    move(
        actor=desk, ticket_id=ticket.pk, transition="resolve", resolution_code="fixed", message="It runs again.",
        waive="A one-off.", at=start + timedelta(minutes=minutes), bypass=BypassRequest(why="only the clock matters"),
    )  # fmt: skip
    return Ticket.objects.get(pk=ticket.pk)


def shorter(**more: str) -> PolicyVersion:
    draft = a_draft()
    save(draft, **{"RES-0---2": "3 h", "OLA_W-3---2": "2 h", **more})
    return draft


def asked(draft: PolicyVersion, actor=None) -> WhatIf:
    now = clock.now()
    return trying.ask(
        actor=actor or manager(),
        version_id=draft.pk,
        since=now - timedelta(days=91),
        until=now + timedelta(days=1),
    )


def finished(run: WhatIf, **options: object) -> WhatIf:
    while trying.walk(run_id=run.pk, **options):  # type: ignore[arg-type]
        pass
    run.refresh_from_db()
    return run


def test_ticket_between_the_two_promises_flips_and_is_counted_on_both_sides():
    within, between, late = resolved(120), resolved(200), resolved(300)
    run = finished(asked(shorter()))
    assert (run.state, run.done, run.total) == (RunState.DONE, 3, 3)
    assert run.result["clocks"]["RES"] == {"before": [2, 1], "after": [1, 2]}
    assert run.result["clocks"]["FR"] == {"before": [3, 0], "after": [3, 0]}
    assert run.result["tickets"] == {"before": [2, 1], "after": [1, 2]}
    assert run.result["priorities"] == {"2": {"before": [2, 1], "after": [1, 2]}}
    assert run.result["flips"] == [[between.number, "RES", "met→missed"]]
    assert (run.result["worse"], run.result["better"]) == (1, 0)
    assert {within.number, late.number}.isdisjoint(run.result["flips"][0])


def test_ticket_that_is_still_open_would_be_late_and_counts_as_kept_so_far():
    start = clock.now() - timedelta(minutes=200)
    contact = factories.contact(customer=factories.ContractFactory.create().customer)
    ticket = factories.ticket(contact, priority=2, received_at=start)
    reply(actor=factories.operator(), ticket_id=ticket.pk, text="On it.", at=start + timedelta(seconds=30))
    result = finished(asked(shorter())).result
    assert result["clocks"]["RES"] == {"before": [0, 0], "after": [0, 1]}
    assert result["flips"] == [[ticket.number, "RES", "met→missed"]]


def test_looser_promise_shows_what_it_would_have_saved():
    missed = resolved(300)
    slow = resolved(100, answered=100)
    run = finished(asked(shorter(**{"RES-0---2": "6 h", "FR-0---": "2 min"})))
    assert sorted(run.result["flips"]) == sorted(
        [[missed.number, "RES", "missed→met"], [slow.number, "FR", "missed→met"]]
    )
    assert run.result["tickets"] == {"before": [0, 2], "after": [2, 0]}


def test_what_really_was_promised_is_the_stored_verdict():
    for minutes in (100, 200, 300):
        resolved(minutes)
    run = finished(asked(a_draft()))
    stored = [Clock.objects.filter(kind="RES", verdict=verdict).count() for verdict in ("met", "missed")]
    assert run.result["clocks"]["RES"]["before"] == stored
    assert run.result["clocks"]["RES"]["after"] == stored
    assert run.result["flips"] == []


def test_tickets_of_our_own_house_count_nowhere():
    ticket = resolved(300)
    Ticket.objects.filter(pk=ticket.pk).update(is_outbound=True)
    assert finished(asked(shorter())).result["tickets"] == {"before": [0, 0], "after": [0, 0]}


def contents() -> dict[str, int]:
    """A number per table that changes with any of its rows."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if model is not WhatIf and model._meta.managed:
                cursor.execute(f'SELECT coalesce(sum(hashtextextended(t::text, 0)), 0) FROM "{table}" t')
                found[table] = cursor.fetchone()[0]
    return found


def test_run_changes_no_table_but_its_own():
    resolved(200)
    resolved(300)
    draft = shorter()
    run = asked(draft)
    before = contents()
    finished(run)
    assert contents() == before
    assert len(before) > 40


def test_database_itself_refuses_to_write_while_it_folds():
    with pytest.raises(InternalError, match="read-only"), trying.read_only():
        PolicyVersion.objects.create(title="must not be")


def test_merged_ticket_brings_its_time_under_either_policy():
    """The survivor is an hour old, the other 220 minutes: together late for three hours, in time for four."""
    actor = contact_actor(resolved(10).contact)
    now, desk = clock.now(), factories.operator()
    source = factories.ticket(actor, priority=2, received_at=now - timedelta(minutes=220))
    survivor = factories.ticket(actor, priority=2, received_at=now - timedelta(minutes=60))
    move(actor=desk, ticket_id=source.pk, transition="merge", target=survivor.number, leak_checked=True)
    result = finished(asked(shorter())).result
    assert result["clocks"]["RES"] == {
        "before": [1, 0],
        "after": [1, 2],
    }  # the source had missed three hours itself


def test_killed_worker_is_taken_over_without_counting_a_ticket_twice(monkeypatch):
    for minutes in (100, 200, 300, 200):
        resolved(minutes)
    run = asked(shorter())
    real = trying.tally.add
    seen = []

    def killed(*args):
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(args[1])
        return real(*args)

    monkeypatch.setattr(trying.tally, "add", killed)
    with pytest.raises(KeyboardInterrupt):
        trying.walk(run_id=run.pk, chunk=2)
    run.refresh_from_db()
    assert (run.state, run.done) == (RunState.RUNNING, 2)
    monkeypatch.setattr(trying.tally, "add", real)
    assert tasks.resume_runs() == 1
    run = finished(run, chunk=2)
    assert (run.done, run.percent) == (4, 100)
    assert run.result["clocks"]["RES"] == {"before": [3, 1], "after": [1, 3]}


def test_long_run_works_in_turns_and_shows_how_far_it_is():
    for _ in range(3):
        resolved(200)
    run = asked(shorter())
    assert trying.walk(run_id=run.pk, seconds=0, chunk=1)
    run.refresh_from_db()
    assert (run.state, run.percent) == (RunState.RUNNING, 33)
    page = signed_in(manager()).get(reverse("sla:what_if_run", args=[run.pk])).content.decode()
    assert 'value="33"' in page
    assert "every 2s" in page
    assert tasks.what_if(run.pk) is False
    assert finished(run).result["worse"] == 3


def test_draft_changed_meanwhile_stops_the_run_and_afterwards_marks_the_result():
    resolved(200)
    draft = shorter()
    run = asked(draft)
    save(draft, **{"RES-0---2": "2 h 50 min"})
    assert finished(run).state == RunState.FAILED
    assert "changed while the run was under way" in run.error
    again = finished(asked(draft))
    assert not trials.result(again).is_stale
    save(draft, **{"RES-0---2": "2 h 40 min"})
    assert trials.result(again).is_stale
    page = signed_in(manager()).get(reverse("sla:what_if", args=[draft.pk])).content.decode()
    assert "this is the result of an earlier state" in page


def test_page_shows_attainment_before_and_after_and_links_what_flips():
    between = resolved(200)
    actor, draft = manager(), shorter()
    client = signed_in(actor)
    today = timezone.localdate(clock.now())
    sent = {"since": today - timedelta(days=3), "until": today}
    assert client.post(reverse("sla:ask_what_if", args=[draft.pk]), sent).status_code == 302
    tasks.what_if(WhatIf.objects.get().pk)
    page = client.get(reverse("sla:what_if", args=[draft.pk])).content.decode()
    assert "100.0 %" in page
    assert "−100.0" in page
    assert reverse("desk:ticket", args=[between.number]) in page
    backwards = {"since": today, "until": today - timedelta(days=1)}
    assert client.post(reverse("sla:ask_what_if", args=[draft.pk]), backwards).status_code == 422
    endless = {"since": "0001-01-01", "until": "9999-12-31"}
    assert client.post(reverse("sla:ask_what_if", args=[draft.pk]), endless).status_code == 422


def test_run_needs_a_right_and_a_period_with_tickets():
    draft, now = a_draft(), clock.now()
    with pytest.raises(NotAllowed):
        asked(draft, factories.operator(is_shift_lead=True))
    with pytest.raises(Unprocessable):
        trying.ask(actor=manager(), version_id=draft.pk, since=now - timedelta(days=9), until=now)


def test_step_costs_the_same_for_one_and_for_fifty_tickets():
    contact = factories.contact(customer=factories.ContractFactory.create().customer)
    draft = shorter()
    counts = []
    for number in (1, 49):
        for _ in range(number):
            factories.ticket(contact, priority=2)
        run = asked(draft)
        rules()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            finished(run)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_tickets():
    contact = factories.contact(customer=factories.ContractFactory.create().customer)
    draft, peaks = shorter(), []
    for number in (40, 160):
        for _ in range(number):
            factories.ticket(contact, priority=2)
        run = asked(draft)
        finished(run, chunk=20)
        tracemalloc.start()
        finished(asked(draft), chunk=20)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


# -- calculators ---------------------------------------------------------------------------------------------------

START = datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_calculator_reckons_pauses_and_the_verdict_at_the_stop():
    hour = timedelta(hours=1)
    assert reckon(START, 4 * hour, C247).due == START + 4 * hour
    paused = [(START + hour, START + 2 * hour), (START + 1.5 * hour, START + 3 * hour)]
    found = reckon(START, 4 * hour, C247, pauses=paused, stop=START + 6 * hour)
    assert (found.due, found.elapsed, found.verdict) == (START + 6 * hour, 4 * hour, "met")
    late = reckon(START, 4 * hour, C247, pauses=paused, stop=START + 7 * hour)
    assert (late.due, late.elapsed, late.verdict) == (START + 6 * hour, 5 * hour, "missed")


def test_calculator_page_answers_and_refuses_what_it_cannot_read():
    client, version = signed_in(manager()), policies.in_force()
    address = reverse("sla:due", args=[version.pk])
    sent = {"start": "2026-11-27T16:00", "amount": "1 wd", "calendar": "RUBH",
            "pauses": "2026-11-27 17:00 – 2026-11-27 17:30"}  # fmt: skip
    page = client.post(address, sent)
    assert page.status_code == 200
    assert page.context["answer"].due == datetime(2026, 11, 30, 13, 30, tzinfo=UTC)  # Monday 16:30 in Moscow
    for wrong in ({"amount": "soon"}, {"start": "x"}, {"calendar": "MARS"}, {"pauses": "yesterday"},
                  {"pauses": "2026-11-27 17:30 – 2026-11-27 17:00"}):  # fmt: skip
        assert client.post(address, sent | wrong).status_code == 422, wrong


def test_all_written_examples_are_replayed_on_the_page():
    client, version = signed_in(manager()), policies.in_force()
    address = reverse("sla:examples", args=[version.pk])
    page = client.post(address, {"text": VECTORS.read_text()})
    assert page.status_code == 200
    assert len(page.context["answers"]) == 66
    assert not [one.name for one in page.context["answers"] if one.is_wrong or one.error]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"vectors": 5}', '{"vectors": [{}]}', '{"vectors": [1]}',
     '{"vectors": [{"id": "a", "kind": "arith", "start": "x", "target_s": 1}]}',
     '{"vectors": [{"id": "a", "kind": "arith", "start": "2026-11-23T10:00:00+03:00", "target_s": 1, "calendar": "Q"}]}',
     '{"calendars": {"A": "as A"}, "vectors": [{"id": "a", "kind": "calendar_change", "calendar": "A"}]}',
     '{"calendars": [], "vectors": 5}'],
)  # fmt: skip
def test_examples_that_cannot_be_replayed_are_refused_with_the_reason(text):
    client, version = signed_in(manager()), policies.in_force()
    page = client.post(reverse("sla:examples", args=[version.pk]), {"text": text})
    assert page.status_code == 422
    assert page.context["examples_form"].errors or all(one.error for one in page.context["answers"])
    assert 'class="field__error"' in page.content.decode() or 'class="form__errors"' in page.content.decode()


def test_example_that_differs_is_shown_with_what_it_expected():
    document = json.loads(VECTORS.read_text())
    vector = next(one for one in document["vectors"] if one["kind"] == "arith" and "due" in one)
    document["vectors"] = [{**vector, "due": "2020-01-01T00:00:00+00:00"}]
    client, version = signed_in(manager()), policies.in_force()
    page = client.post(
        reverse("sla:examples", args=[version.pk]), {"text": json.dumps(document)}
    ).content.decode()
    assert "differs" in page
    assert "2020-01-01" in page
