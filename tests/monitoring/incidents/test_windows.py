"""Planned works: what they keep quiet, what they do not, and who is told beforehand."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.enums import Actor
from accounts.models import Contact
from common.errors import Invalid, NotAllowed
from messaging.models import OutboundMessage
from monitoring.enums import WindowMode
from monitoring.models import Incident, MaintenanceWindow, Problem, WorksNotice
from monitoring.services.windows import planning
from monitoring.services.windows.active import cut_of
from tests import factories
from tests.monitoring.incidents.house import House
from tests.monitoring.incidents.timeline import T0, Timeline, clients, incident
from tickets.enums import State
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def works(house: House, *names: str, start: int = 0, end: int = 3600, **values: Any) -> MaintenanceWindow:
    """Works on devices between two seconds of the story."""
    with time_machine.travel(T0 - timedelta(days=2), tick=False):
        (window,) = planning.plan(
            actor=values.pop("actor", None) or factories.operator(2), title="New breaker", reason="",
            starts_at=T0 + timedelta(seconds=start), ends_at=T0 + timedelta(seconds=end),
            devices=[house.device[name] for name in names], **values,
        )  # fmt: skip
    return window


def test_alarm_that_works_bring_is_kept_and_opens_nothing(story: Timeline, house: House) -> None:
    works(house, "pdu-1A")
    story.alarm(10, "pdu-1A")
    story.alarm(11, "alfa")
    story.pass_until(60)
    assert Problem.objects.count() == 2
    assert not Ticket.objects.exists()
    assert not Incident.objects.exists()


def test_what_outlives_the_works_begins_for_the_desk_when_they_end(story: Timeline, house: House) -> None:
    works(house, "pdu-1A", end=600)
    story.alarm(10, "pdu-1A")
    story.pass_until(590)
    assert not Incident.objects.exists()
    story.pass_until(624)
    assert incident().cause_label == "pdu-1A"
    assert incident().ticket.received_at >= T0 + timedelta(seconds=600)


def test_alarm_of_something_else_is_judged_with_the_works_down_already(story: Timeline, house: House) -> None:
    """S5: FA1 trips while FB1 is worked on; Gamma and Eta are new, and down."""
    works(house, "FB1")
    story.alarm(10, "FA1", severity=5)
    assert clients(incident(), "down") == {"alfa", "gamma", "eta"}


def test_alarms_may_be_collected_on_one_ticket_of_the_works(story: Timeline, house: House) -> None:
    works(house, "pdu-1A", mode=WindowMode.COLLECT)
    story.alarm(10, "pdu-1A")
    story.alarm(11, "alfa")
    ticket = Ticket.objects.get()
    assert set(Problem.objects.values_list("ticket", flat=True)) == {ticket.pk}


def test_works_that_are_cancelled_let_their_alarms_speak(story: Timeline, house: House) -> None:
    window = works(house, "pdu-1A")
    story.alarm(10, "pdu-1A")
    with time_machine.travel(T0 + timedelta(seconds=60), tick=False):
        planning.cancel(window_id=window.pk, actor=factories.operator(2))
    story.pass_until(66)
    assert incident().cause_label == "pdu-1A"


def test_clients_are_told_once_before_the_works_and_only_of_what_is_theirs(
    story: Timeline, house: House, people: dict[str, Contact]
) -> None:
    works(house, "pdu-1A", start=7200, end=9000, notice_hours=1)
    story.pass_until(3590)
    assert not WorksNotice.objects.exists()
    story.pass_until(3640)
    told = set(WorksNotice.objects.values_list("customer__code", flat=True))
    assert told == {"alfa", "gamma", "epsilon", "eta"}
    mail = OutboundMessage.objects.get(to="alfa@client.example")
    assert "will not work" in mail.text
    assert "gamma" not in mail.text
    story.pass_until(3700)
    assert WorksNotice.objects.count() == 4


def test_whoever_was_told_hears_when_works_move_and_when_they_are_cancelled(
    story: Timeline, house: House, people: dict[str, Contact]
) -> None:
    window = works(house, "pdu-3A", start=7200, end=9000, notice_hours=2)
    story.pass_until(20)
    me = factories.operator(3)
    with time_machine.travel(T0 + timedelta(seconds=60), tick=False):
        planning.move_to(
            window_id=window.pk, starts_at=T0 + timedelta(hours=5), ends_at=T0 + timedelta(hours=6), actor=me
        )
        planning.cancel(window_id=window.pk, actor=me)
    phases = WorksNotice.objects.filter(customer=house.customer["delta"]).order_by("pk")
    assert list(phases.values_list("phase", flat=True)) == ["announced", "changed", "cancelled"]


def test_plan_warns_of_works_that_take_each_others_reserve(house: House) -> None:
    works(house, "FB1")
    (together,) = planning.overlapping(
        starts_at=T0, ends_at=T0 + timedelta(hours=1), cut=cut_of(works(house, "FA1", start=7200, end=7300))
    )
    assert {service.name for service in together.services} == {"gamma", "eta"}


def test_works_every_week_are_as_many_windows(house: House) -> None:
    with time_machine.travel(T0 - timedelta(days=1), tick=False):
        made = planning.plan(
            actor=factories.operator(3), title="Filters", reason="", starts_at=T0, ends_at=T0 + timedelta(hours=1),
            devices=[house.device["ups-A"]], repeat_weeks=3,
        )  # fmt: skip
    assert [window.starts_at - T0 for window in made] == [timedelta(weeks=week) for week in range(4)]


def test_line_1_plans_no_works_and_nobody_plans_nothing(house: House) -> None:
    with pytest.raises(NotAllowed):
        works(house, "FB1", actor=factories.operator(1))
    with pytest.raises(Invalid):
        works(house)
    with pytest.raises(Invalid):
        works(house, "FB1", start=10, end=5)
    with pytest.raises(NotAllowed):
        works(house, "FB1", actor=Actor.monitoring("x"))


def test_collected_alarm_that_outlives_the_works_gets_a_place_of_its_own(
    story: Timeline, house: House
) -> None:
    works(house, "pdu-1A", mode=WindowMode.COLLECT, end=600)
    story.alarm(10, "pdu-1A")
    collecting = Ticket.objects.get()
    story.pass_until(624)
    assert incident().cause_label == "pdu-1A"
    assert incident().ticket != collecting
    assert not collecting.problems.exists()


def test_ticket_of_the_works_is_open_again_for_the_next_alarm(story: Timeline, house: House) -> None:
    works(house, "pdu-1A", mode=WindowMode.COLLECT)
    story.alarm(10, "pdu-1A")
    story.back(60, "pdu-1A")
    assert Ticket.objects.get().state == State.RESOLVED
    story.alarm(120, "alfa")
    assert Ticket.objects.get().is_open
