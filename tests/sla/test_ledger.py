"""«Why this deadline?» in sentences: every code of the engine has one, and pauses say how long they lasted."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from accounts.enums import Actor
from common import clock
from sla.engine.events import Type
from sla.engine.terms import Facts, Kind, Target, Terms
from sla.models import CalendarVersion, Clock
from sla.queries import ledger, panel
from sla.queries.naming import Names
from sla.queries.sentences import SENTENCES
from sla.queries.spans import lasted
from sla.services import explaining
from tests import factories
from tests.sla.scenes import Promises, Scene
from tests.tickets.desk import client_of
from tickets.services.moving import move
from tickets.services.replying import reply

NAMES = Names(
    {1: "Gold"},
    {"C247": [CalendarVersion(key="C247", title="24×7", published_at=datetime(2000, 1, 1, tzinfo=UTC))]},
)


def told(scene: Scene, kind: Kind, as_of: str = "20:00") -> list[str]:
    with translation.override("en"):
        return [line.text for line in ledger.lines(scene.clock(kind, as_of), NAMES)]


class Owing(Promises):
    """With a day for each thing that the desk owes itself."""

    def match(self, facts: Facts, at: datetime) -> Terms:
        day = {(kind, 0): Target(timedelta(days=1)) for kind in (Kind.BR, Kind.KBD, Kind.BYP)}
        return Terms(1, {**super().match(facts, at).targets, **day})


def test_every_note_that_the_engine_writes_has_a_sentence():
    codes = set()
    for path in (Path(settings.BASE_DIR) / "sla/engine").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "note" and len(call.args) > 1:
                codes |= {one.value for one in ast.walk(call.args[1]) if isinstance(one, ast.Constant)}
    assert {"started", "owed", "waived", "paused"} <= codes
    assert codes <= SENTENCES.keys()


def test_the_start_names_target_calendar_and_policy_by_title():
    assert told(Scene(), Kind.RES)[0] == "Started: 4:00:00 of working time, calendar “24×7”, policy “Gold”."


def test_a_later_version_of_a_calendar_is_told_with_its_date():
    second = CalendarVersion(key="C247", title="24×7", published_at=datetime(2026, 11, 1, tzinfo=UTC))
    names = Names({1: "Gold"}, {"C247": [*NAMES.calendars["C247"], second]})
    with translation.override("en"):
        first = ledger.lines(Scene().clock(Kind.RES), names)[0]
    assert "24×7 (version of 11/01/2026)" in first.text
    assert first.facts["calendar_since"] == "2026-11-01T00:00:00+00:00"


def test_a_pause_says_how_long_it_lasted_and_what_for():
    scene = Scene().reply("10:00:30").move("10:01", "pending_customer").move("10:15", "in_progress")
    assert told(scene, Kind.RES, "11:00")[1:] == ["Paused 14 min: waiting for the customer."]


def test_a_pause_that_goes_on_says_no_length():
    scene = Scene().reply("10:00:30").move("10:01", "pending_window")
    assert told(scene, Kind.RES)[1:] == ["Paused: waiting for the agreed time."]


def test_two_pauses_are_two_lines_each_with_its_own_length():
    scene = Scene().reply("10:00:30").move("10:01", "pending_customer").move("10:02", "in_progress")
    scene.move("10:10", "pending_customer").move("12:15", "in_progress")
    assert [text for text in told(scene, Kind.RES) if text.startswith("Paused")] == [
        "Paused 1 min: waiting for the customer.",
        "Paused 2 h 5 min: waiting for the customer.",
    ]


def test_what_happens_during_a_pause_stays_in_its_place():
    scene = Scene(priority=3).reply("10:00:30").move("11:00", "pending_customer")
    scene.say("12:00", Type.RECLASSIFIED, priority=1, reason="misclassified", mode="retro")
    scene.move("13:00", "in_progress")
    lines = told(scene, Kind.RES, "13:01")
    assert lines[1].startswith("Paused 2 h: waiting")
    assert lines[2].startswith(
        "Recalculated from the start (misclassified): target 1:00:00; it stands still now."
    )


@pytest.mark.parametrize(
    ("reason", "mode", "words"),
    [
        ("impact_grew", "from_change", "Recalculated from this moment (the impact grew): due "),
        (
            "misclassified",
            "retro",
            "Recalculated from the start, pauses kept (misclassified): target 1:00:00, due ",
        ),
        ("policy", "retro", "(new promises were applied to open tickets): target 1:00:00"),
    ],
)
def test_a_recalculation_says_why_and_by_which_rules(reason, mode, words):
    scene = Scene(priority=2).say("10:10", Type.RECLASSIFIED, priority=1, reason=reason, mode=mode)
    text = told(scene, Kind.RES, "10:11")[1]
    assert words in text
    assert text.endswith("Calendar “24×7”, policy “Gold”.")


def test_a_recalculation_that_keeps_the_stricter_deadline_says_so():
    scene = Scene(priority=2).say(
        "13:30", Type.RECLASSIFIED, priority=1, reason="impact_grew", mode="from_change"
    )
    assert "the earlier deadline stays" in told(scene, Kind.RES, "13:31")[1]


def test_what_a_breach_leaves_owed_says_for_which_promise_and_ends_with_the_review():
    scene = Scene(policy=Owing())
    about = {"clock": "FR", "cycle": 1, "clock_line": 0}
    scene.say("10:01:31", Type.ESCALATED, is_breach=True, threshold=90, **about)
    scene.say("11:00", Type.REVIEWED, **about)
    assert told(scene, Kind.BR)[1:] == [
        "Owed because a promise was broken: First response.", "Stopped: the breach has been reviewed.",
    ]  # fmt: skip


def test_a_bypass_is_owed_a_reason_for_the_rules_it_set_aside():
    scene = Scene(policy=Owing()).say("10:05", Type.BYPASSED, bypass_id=1, guards=["G-KB"])
    scene.say("10:30", Type.JUSTIFIED, bypass_id=1)
    lines = told(scene, Kind.BYP)
    assert lines[1].startswith("Owed because a rule was set aside: an article is linked")
    assert lines[2] == "Stopped: the reason has been given."


@pytest.mark.parametrize(
    ("state", "end", "words"),
    [
        ("owed", "paid", "Stopped: the article is there."),
        ("stub", "waived", "Not counted: no article is needed."),
    ],
)
def test_an_article_is_owed_until_it_is_there_or_not_needed(state, end, words):
    scene = Scene(policy=Owing()).reply("10:00:30").move("10:10", "resolved", kb_state=state)
    scene.say("11:00", Type.KNOWLEDGE, kb_state=end)
    assert told(scene, Kind.KBD)[1].startswith("Owed because")
    assert told(scene, Kind.KBD)[-1] == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (40, "40 s"),
        (840, "14 min"),
        (860, "14 min 20 s"),
        (7500, "2 h 5 min"),
        (273600, "3 d 4 h"),
        (86460, "1 d"),
    ],
)
def test_lengths_are_told_in_the_two_largest_units(seconds, words):
    with translation.override("en"):
        assert lasted(timedelta(seconds=seconds)) == words


# -- all cycles are in the panel -------------------------------------------------------------------------------------


def faces(ticket) -> list[panel.Face]:
    explained = explaining.explain(ticket)
    return panel.faces(explained.stored, explained.replayed, explained.names)


@pytest.mark.django_db
def test_earlier_cycles_fold_behind_the_last_one_and_none_is_lost():
    ticket, desk = factories.ticket(), factories.operator()
    for second in (10, 20, 30):
        reply(
            actor=desk,
            ticket_id=ticket.pk,
            text="News.",
            at=ticket.received_at + second * timedelta(seconds=1),
        )
    [head] = [face for face in faces(ticket) if face.clock.kind == "PU"]
    assert (head.clock.cycle, [face.clock.cycle for face in head.earlier]) == (3, [2, 1])
    page = client_of(desk).get(f"/sla/tickets/{ticket.pk}/clocks/").content.decode()
    assert "earlier: 2" in page
    assert page.count('data-clock="PU"') == 3


@pytest.mark.django_db
def test_a_cycle_that_does_not_count_does_not_hide_the_one_that_does():
    ticket, desk = factories.ticket(), factories.operator()
    reply(actor=desk, ticket_id=ticket.pk, text="News.", at=ticket.received_at + timedelta(seconds=10))
    Clock.objects.create(
        ticket=ticket, kind="PU", cycle=2, policy_version_id=1, calendar_version_id=1, started_at=clock.now(),
        stopped_at=clock.now(), verdict="cancelled",
    )  # fmt: skip
    [head] = [face for face in faces(ticket) if face.clock.kind == "PU"]
    assert (head.clock.cycle, [face.state for face in head.earlier]) == (1, ["void"])


@pytest.mark.django_db
def test_the_panel_speaks_of_a_pause_that_is_over():
    ticket, desk = factories.ticket(received_at=clock.now() - timedelta(minutes=20)), factories.operator()
    start = ticket.received_at
    move(actor=desk, ticket_id=ticket.pk, transition="accept", at=start + timedelta(seconds=10))
    move(
        actor=desk, ticket_id=ticket.pk, transition="ask_customer", reason="info", message="Which server?",
        resume_at=clock.now() + timedelta(days=1), at=start + timedelta(minutes=1),
    )  # fmt: skip
    move(
        actor=Actor.system(),
        ticket_id=ticket.pk,
        transition="customer_answered",
        at=start + timedelta(minutes=15),
    )
    page = client_of(desk).get(f"/sla/tickets/{ticket.pk}/clocks/").content.decode()
    assert "Paused 14 min: waiting for the customer." in page
