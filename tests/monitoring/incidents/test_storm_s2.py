"""The storm of the specification (S2): the A line of the site is lost, and ten minutes later its UPS is flat."""

from datetime import timedelta

from monitoring.enums import IncidentState, ProblemState
from monitoring.models import Incident, IncidentChange, Problem
from tests.monitoring.incidents.house import House
from tests.monitoring.incidents.timeline import T0, Timeline, alone, clients, incident
from tickets.enums import State
from tickets.models import Ticket

AFTER_THE_BATTERY = [
    (640, "acc-3"), (648, "hv-3"), (655, "alfa"), (660, "delta"), (668, "zeta"), (675, "theta"),
]  # fmt: skip
ONE_SUPPLY = ["core-1", "core-2", "acc-1", "acc-2", "hv-1", "hv-2", "gamma"]
PSU, OUTPUT, BATTERY, LOST = "PSU-1 failed", "UPS output off", "UPS on battery", "input voltage lost"


def _until_flat(story: Timeline) -> None:
    story.alarm(5, "util-A", LOST, severity=5)
    story.alarm(6, "ups-A", BATTERY)


def _flat(story: Timeline) -> None:
    story.alarm(600, "ups-A", OUTPUT)
    for second, host in ((602, "pdu-1A"), (602, "pdu-2A"), (603, "pdu-3A")):
        story.alarm(second, host)
    for second, host in AFTER_THE_BATTERY:
        story.alarm(second, host)
    for place, host in enumerate(ONE_SUPPLY):
        story.alarm(676 + place, host, PSU, severity=3)
    story.pass_until(702)


def test_the_lost_line_is_one_incident_at_once_and_says_how_long_the_battery_lasts(story: Timeline) -> None:
    _until_flat(story)
    found = incident()
    assert found.cause_label == "util-A"
    assert not found.is_inferred
    assert found.opened_at - T0 <= timedelta(seconds=10)
    assert clients(found, "at_risk") == {"alfa", "delta", "iota", "theta", "zeta"}
    assert clients(found, "degraded") == {"beta", "gamma", "epsilon", "eta"}
    assert clients(found, "unknown") == {"upsilon"}
    assert found.assess_at == T0 + timedelta(seconds=605)
    assert Ticket.objects.count() == 1


def test_flat_battery_turns_the_risk_into_loss_by_itself_and_the_storm_adds_nothing(story: Timeline) -> None:
    _until_flat(story)
    _flat(story)
    found = incident()
    assert clients(found, "down") == {"alfa", "delta", "theta", "iota", "zeta"}
    assert clients(found, "degraded") == {"beta", "gamma", "epsilon", "eta"}
    assert clients(found, "unknown") == {"upsilon"}
    first = found.clients.filter(state="down").order_by("down_since").first()
    assert first is not None
    assert first.down_since is not None
    assert first.down_since - T0 <= timedelta(seconds=690)
    assert alone() == set()
    assert Ticket.objects.count() == 1
    assert Problem.objects.filter(incident=found).count() == 19
    zeta = found.services.get(service__name="zeta")
    assert (zeta.state, zeta.reason) == ("down", "network")


def test_battery_alone_tells_when_no_other_alarm_comes(story: Timeline) -> None:
    _until_flat(story)
    story.pass_until(610)
    assert clients(incident(), "down") == {"alfa", "delta", "theta", "iota", "zeta"}


def test_incident_waits_for_its_stragglers_and_ends_when_they_are_dealt_with(story: Timeline) -> None:
    _until_flat(story)
    _flat(story)
    left = {"delta", "theta", "hv-3"}
    for host, name in list(story.events):
        if host not in left:
            story.back(1500, host, name)
    story.pass_until(1520)
    found = incident()
    assert clients(found, "down") == {"delta", "theta", "iota"}
    assert found.state == IncidentState.OPEN
    story.pass_until(2130)
    # One ticket for each client, one for the host of our own that carries a single client's service.
    children = Ticket.objects.filter(parent=found.ticket)
    assert set(children.values_list("customer__code", flat=True)) == {"delta", "theta", "iota"}
    assert incident().state == IncidentState.OPEN
    for host in left:
        story.back(2200, host)
    story.pass_until(2206)
    assert incident().state == IncidentState.RECOVERED
    story.pass_until(2520)
    found = incident()
    assert found.state == IncidentState.RESOLVED
    assert Ticket.objects.get(pk=found.ticket_id).state == State.RESOLVED
    assert not found.clients.exclude(state="ok").exists()


def test_line_back_before_the_deadline_ends_it_and_nobody_was_ever_down(story: Timeline) -> None:
    _until_flat(story)
    story.back(400, "util-A", LOST, severity=5)
    story.back(401, "ups-A", BATTERY)
    story.pass_until(720)
    found = incident()
    assert found.state == IncidentState.RESOLVED
    assert not found.clients.filter(worst="down").exists()
    assert not found.clients.exclude(state="ok").exists()


def test_recoveries_that_overtake_their_problems_leave_nothing_open(story: Timeline) -> None:
    _until_flat(story)
    story.early_recovery(608, "pdu-1A", "unreachable")
    story.alarm(609, "pdu-1A")
    assert Problem.objects.get(host="pdu-1A").state == ProblemState.RESOLVED
    assert Problem.objects.get(host="pdu-1A").incident is None
    assert Incident.objects.count() == 1


def test_each_judgement_that_moved_somebody_is_on_the_timeline(story: Timeline) -> None:
    _until_flat(story)
    story.pass_until(620)
    kinds = list(IncidentChange.objects.values_list("kind", flat=True))
    assert kinds[:2] == ["opened", "judged"]
    last = IncidentChange.objects.filter(kind="judged").latest("at")
    assert last.data["clients"] == {"down": 5, "degraded": 4, "unknown": 1}


def test_device_with_two_supplies_on_one_strip_is_as_lost_as_one_with_a_single_supply(
    story: Timeline, house: House
) -> None:
    story.alarm(5, "pdu-3A", severity=5)
    assert clients(incident(), "down") == {"delta", "iota", "zeta"}
