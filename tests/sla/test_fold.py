"""Rules of domain §2 that the written examples leave out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sla.engine.case import Brought
from sla.engine.events import Type
from sla.engine.fold import fold
from sla.engine.terms import Kind, Verdict
from sla.engine.thresholds import ahead
from tests.sla.scenes import Scene, at, minutes


def test_update_clock_is_met_for_one_gap_and_missed_for_the_next():
    scene = Scene(priority=1).reply("10:00").reply("10:14").reply("10:31")
    updates = scene.fold().of(Kind.PU)
    assert [(clock.verdict, clock.breached_at) for clock in updates[:2]] == [
        (Verdict.MET, None),
        (Verdict.MISSED, at("10:29")),
    ]


def test_update_clock_rests_while_the_customer_is_asked():
    scene = Scene().reply("10:01").move("10:01", "pending_customer").move("11:01", "in_progress")
    assert scene.clock(Kind.PU).due_at == at("11:31")


def test_update_opened_by_the_resolving_message_is_not_counted():
    scene = Scene().reply("10:01").reply("10:10").move("10:10", "resolved")
    assert [clock.verdict for clock in scene.fold().of(Kind.PU)] == [Verdict.MET, Verdict.CANCELLED]


def test_thresholds_of_resolution_move_with_the_pause():
    before = Scene("10:00").reply("10:01")
    assert ahead(before.clock(Kind.RES)) == [
        (50, at("12:00")), (75, at("13:00")), (90, at("13:36")), (100, at("14:00")),
    ]  # fmt: skip
    after = before.move("12:30", "pending_customer").move("13:30", "in_progress")
    assert ahead(after.clock(Kind.RES), fired={50}) == [
        (75, at("14:00")),
        (90, at("14:36")),
        (100, at("15:00")),
    ]


def test_thresholds_of_a_paused_clock_wait():
    scene = Scene().reply("10:01").move("10:30", "pending_customer")
    assert ahead(scene.clock(Kind.RES)) == []


def test_first_response_warns_at_30_60_75_and_90_seconds():
    assert ahead(Scene().clock(Kind.FR)) == [
        (30, at("10:00:30")), (60, at("10:01")), (75, at("10:01:15")), (90, at("10:01:30")),
    ]  # fmt: skip


def test_missed_clock_owes_its_deadline_even_after_it_stopped():
    scene = Scene().reply("10:02")
    assert ahead(scene.clock(Kind.FR), fired={30}) == [(90, at("10:01:30"))]


def test_spam_runs_unseen_and_warns_nobody():
    scene = Scene().move("10:00:10", "spam", transition="mark_spam")
    clock = scene.clock(Kind.FR, "10:05")
    assert (clock.verdict, clock.hidden, ahead(clock)) == (Verdict.MISSED, True, [])


def test_monitoring_is_answered_by_a_persons_accept_only():
    scene = Scene(channel="monitoring").move("10:00:20", "triage", transition="accept", human=False)
    assert scene.clock(Kind.FR).is_live
    scene = Scene(channel="monitoring").move("10:00:20", "triage", transition="accept", human=True)
    assert scene.clock(Kind.FR).verdict is Verdict.MET


def test_mail_is_not_answered_by_accepting_it():
    assert Scene().move("10:00:20", "triage", transition="accept", human=True).clock(Kind.FR).is_live


def test_alert_that_recovers_alone_voids_the_first_response():
    scene = Scene(channel="monitoring").move("10:00:40", "resolved", transition="self_recovered", human=False)
    assert scene.clock(Kind.FR).verdict is Verdict.CANCELLED
    again = scene.move("10:30", "new", transition="recurred", human=False)
    assert [clock.cycle for clock in again.fold().of(Kind.FR)] == [1, 2]
    assert again.clock(Kind.FR).due_at == at("10:31:30")


def test_customer_who_solves_it_himself_does_not_answer_for_us():
    scene = Scene().move("10:00:40", "resolved", transition="solved_by_customer", human=True)
    assert scene.clock(Kind.FR).verdict is Verdict.CANCELLED
    late = Scene().move("10:02", "resolved", transition="solved_by_customer", human=True)
    assert late.clock(Kind.FR).verdict is Verdict.MISSED


def test_ticket_we_open_ourselves_owes_no_first_response():
    scene = Scene(outbound=True, channel="agent").move("10:05", "pending_customer")
    assert scene.fold().of(Kind.FR) == []
    assert scene.fold().violations == []


def test_client_notice_counts_for_alerts_of_known_customers():
    scene = Scene(channel="monitoring").move("10:00:50", "triage", transition="accept").reply("10:04:10")
    assert (scene.clock(Kind.CN).used, scene.clock(Kind.CN).verdict) == (timedelta(seconds=250), Verdict.MET)
    assert Scene(channel="monitoring", customer_id=None).fold().of(Kind.CN) == []
    assert Scene(channel="mail").fold().of(Kind.CN) == []


def test_critical_ticket_keeps_running_while_the_customer_is_asked():
    scene = Scene(priority=1).reply("10:01").move("10:10", "pending_customer")
    assert scene.clock(Kind.RES).due_at == at("11:00")
    paused = Scene(priority=1, p1_pause=True).reply("10:01").move("10:10", "pending_customer")
    assert paused.clock(Kind.RES).due_at is None


def test_strict_contract_counts_the_time_in_resolved():
    def reopened(**flags: bool) -> Scene:
        return (
            Scene(**flags)
            .reply("10:01")
            .move("11:00", "resolved")
            .move("12:00", "in_progress", transition="reopen")
        )

    assert reopened().clock(Kind.RES).due_at == at("15:00")
    assert reopened(strict_reopen=True).clock(Kind.RES).due_at == at("14:00")


def test_reopening_after_the_deadline_under_a_strict_contract_is_a_miss_at_the_deadline():
    scene = Scene(strict_reopen=True).reply("10:01").move("13:00", "resolved").move("16:00", "in_progress")
    assert scene.clock(Kind.RES).breached_at == at("14:00")


def test_reopening_starts_the_next_response():
    scene = Scene().reply("10:01").move("11:00", "resolved").customer("12:00").move("12:00", "in_progress")
    assert scene.clock(Kind.NR).due_at == at("12:15")


def test_alert_that_is_back_asks_nobody_for_an_answer():
    scene = Scene(channel="monitoring").move("10:00:20", "triage", transition="accept")
    scene.move("10:05", "resolved", transition="self_recovered", human=False)
    scene.move("10:30", "in_progress", transition="recurred", human=False)
    assert scene.fold().of(Kind.NR) == []


def test_alert_handed_to_somebody_is_not_yet_answered():
    scene = Scene(channel="monitoring").move("10:00:20", "triage", transition="assign", human=True)
    assert scene.clock(Kind.FR).is_live


def test_thanks_is_no_question():
    assert Scene().reply("10:01").customer("10:05", thanks=True).fold().of(Kind.NR) == []


def test_late_mail_is_judged_by_when_it_was_written():
    scene = Scene().move("10:03", "triage", transition="accept")
    assert scene.clock(Kind.FR).verdict is Verdict.MISSED
    assert scene.reply("10:01:10").clock(Kind.FR).verdict is Verdict.MET


def test_unmerge_replays_as_if_never_merged():
    scene = Scene().reply("10:01").move("10:30", "merged", transition="merge")
    assert scene.clock(Kind.RES).verdict is Verdict.CANCELLED
    back = scene.move("10:50", "in_progress", transition="unmerge")
    assert (back.clock(Kind.RES).due_at, back.clock(Kind.RES).used) == (at("14:00"), timedelta(0))


def test_survivor_forgets_a_merge_that_was_undone():
    brought = lambda ticket_id, when: Brought(minutes(100))  # noqa: E731
    scene = Scene("10:20").reply("10:21").say("10:40", Type.MERGED_IN, source_id=7)
    assert scene.fold(sources=brought).of(Kind.RES)[0].due_at == at("13:00")
    scene.say("10:50", Type.UNMERGED, source_id=7)
    assert scene.fold(sources=brought).of(Kind.RES)[0].due_at == at("14:20")


def test_merge_that_exceeds_the_target_breaches_at_the_merge():
    scene = Scene("10:20").reply("10:21").say("10:40", Type.MERGED_IN, source_id=7)
    clock = scene.fold(sources=lambda *_: Brought(minutes(300))).of(Kind.RES)[0]
    assert (clock.verdict, clock.breached_at) == (Verdict.MISSED, at("10:40"))


def test_merge_takes_the_higher_priority():
    scene = Scene("10:00", priority=2).reply("10:01").say("10:40", Type.MERGED_IN, source_id=7, priority=1)
    assert scene.fold(sources=lambda *_: Brought(minutes(10))).of(Kind.RES)[0].due_at == at("11:00")


def test_merged_ticket_still_owes_its_contact_the_first_response():
    scene = Scene().move("10:00:30", "merged", transition="merge")
    assert scene.clock(Kind.FR).is_live
    assert scene.reply("10:00:50").clock(Kind.FR).verdict is Verdict.MET


def test_unanswered_message_of_a_merged_ticket_moves_to_the_survivor():
    scene = Scene("10:00").reply("10:01").say("10:40", Type.MERGED_IN, source_id=7)
    clock = scene.fold(sources=lambda *_: Brought(minutes(1), at("10:35"))).of(Kind.NR)[0]
    assert clock.due_at == at("10:50")


def test_goal_of_fifteen_minutes_waits_for_the_customer_only():
    scene = Scene().reply("10:01").move("10:05", "pending_customer").move("10:40", "in_progress")
    assert scene.clock(Kind.G15).due_at == at("10:50")
    scene = Scene().reply("10:01").move("10:05", "pending_window").move("10:40", "in_progress")
    assert scene.clock(Kind.G15).verdict is Verdict.MISSED


def test_vendor_clock_runs_against_the_date_the_vendor_named():
    eta = at("12:00").isoformat()
    scene = Scene().reply("10:01").move("10:30", "pending_vendor", vendor_eta=eta)
    assert scene.clock(Kind.UC).due_at == at("12:00")
    assert scene.move("12:30", "in_progress").clock(Kind.UC).breached_at == at("12:00")


def test_line_targets_add_up_over_visits():
    scene = Scene().reply("10:00:30").move("10:01", "triage").move("10:04", "queued", line=2)
    scene.move("10:05", "in_progress").move("10:08", "queued", line=1).move("10:09", "in_progress")
    clock = scene.clock(Kind.OLA_W, line=1)
    assert (clock.used, clock.due_at) == (minutes(3), at("10:13"))


def test_line_clocks_of_a_new_cycle_start_anew():
    scene = Scene().reply("10:01").move("10:02", "triage").move("10:30", "resolved").move("10:40", "closed")
    scene.move("11:00", "in_progress", transition="reopen_closed")
    assert [(clock.cycle, clock.verdict) for clock in scene.fold().of(Kind.OLA_W)] == [
        (1, Verdict.MISSED),
        (2, Verdict.RUNNING),
    ]


def test_declared_major_starts_the_updates():
    scene = Scene(priority=1).say("10:05", Type.MAJOR, major_state="declared")
    assert scene.clock(Kind.PU).due_at == at("10:20")


@pytest.mark.parametrize("state", ["closed", "cancelled", "merged"])
def test_no_clock_runs_in_a_terminal_state(state):
    scene = Scene().reply("10:01").customer("10:02").move("10:03", "triage").move("10:30", state)
    assert [clock.kind for clock in scene.fold().clocks if clock.is_running] == []


def test_every_clock_explains_itself():
    scene = (
        Scene().reply("10:01", message_id=5).move("10:10", "pending_customer").move("10:40", "in_progress")
    )
    told = [entry.what for entry in scene.clock(Kind.RES).ledger]
    assert told == ["started", "paused", "resumed"]
    assert scene.clock(Kind.FR).ledger[-1].facts["message"] == 5


def test_order_of_arrival_does_not_matter():
    scene = (
        Scene()
        .reply("10:01")
        .move("10:10", "pending_customer")
        .move("10:40", "in_progress")
        .move("11:00", "resolved")
    )
    shuffled = fold([scene.events[index] for index in (3, 0, 4, 2, 1)], scene.policy)
    assert shuffled.clocks == scene.fold().clocks


def test_two_hundred_events_fold_in_a_few_milliseconds():
    from time import process_time

    scene = Scene().reply("10:01")
    for index in range(66):
        minute = f"{10 + index // 50}:{2 + index % 50:02}"
        scene.customer(minute).reply(minute).move(
            minute, "in_progress" if index % 2 else "queued", line=1 + index % 3
        )
    assert len(scene.events) == 200
    best = min(_timed(scene, process_time) for _ in range(20))
    assert best < 0.006, f"{best * 1000:.2f} ms"


def _timed(scene, now):
    start = now()
    scene.fold()
    return now() - start


def test_event_log_that_does_not_begin_with_creation_has_no_clocks():
    scene = Scene().reply("10:01")
    assert fold(scene.events[1:], scene.policy).clocks == []


def test_flags_of_another_contract_hold_from_the_moment_it_is_known():
    scene = Scene().reply("10:01").move("11:00", "pending_vendor").move("12:00", "in_progress")
    scene.say("12:10", Type.RECLASSIFIED, reason="customer_identified", pause_on_vendor=True)
    scene.move("12:20", "pending_vendor")
    assert scene.clock(Kind.RES).due_at is None


def test_created_event_may_be_replaced_without_touching_others():
    scene = Scene()
    scene.events[0] = replace(scene.events[0], priority=1)
    assert scene.clock(Kind.RES).due_at == at("11:00")


def test_fold_without_ledgers_finds_the_same_clocks():
    scene = Scene(channel="monitoring").move("10:01", "triage", transition="accept").reply("10:02")
    scene.move("10:03", "pending_customer").customer("10:30").move("10:30", "in_progress").reply("10:41")
    told, plain = scene.fold("14:30").clocks, scene.fold("14:30", explain=False).clocks
    assert all(clock.ledger for clock in told)
    assert not any(clock.ledger for clock in plain)
    assert [replace(clock, ledger=[], explained=False) for clock in told] == plain
