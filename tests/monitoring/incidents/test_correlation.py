"""Which problems belong together, in whatever order they come."""

from datetime import timedelta

import time_machine
from django.db import transaction

from assets.models import Equipment, PowerInput
from monitoring.enums import IncidentState, Outcome
from monitoring.models import Delivery, Incident, Problem
from monitoring.services.incidents import acting, causes, merging
from monitoring.services.incidents.judging import judge
from tests import factories
from tests.monitoring.incidents.house import House
from tests.monitoring.incidents.timeline import T0, Timeline, alone, clients, incident
from tickets.enums import Channel, State
from tickets.models import Ticket
from tickets.services.moving import move

WHY = "seen with my own eyes"


def test_hosts_of_one_strip_let_its_failure_be_inferred_without_an_alarm_of_its_own(story: Timeline) -> None:
    for second, host in enumerate(["acc-3", "hv-3", "delta"], 1):
        story.alarm(second, host)
    story.pass_until(8)
    found = incident()
    assert alone() == set()
    assert clients(found, "down") == {"delta", "zeta", "iota"}
    # acc-3 is a cause by itself; FA3 and pdu-3A explain it and the others as well.
    assert found.cause_label in ("acc-3", "pdu-3A")


def test_cause_of_which_only_victims_speak_is_inferred_and_has_them_all(story: Timeline) -> None:
    for second, host in enumerate(("delta", "zeta", "hv-3"), 1):
        story.alarm(second, host)
    story.pass_until(12)
    found = incident()
    assert (found.cause_label, found.is_inferred, found.state) == ("acc-3", True, IncidentState.OPEN)
    assert alone() == set()
    assert clients(found, "down") == {"delta", "zeta", "iota"}


def test_alarm_of_the_cause_that_comes_last_takes_the_incident_over(story: Timeline) -> None:
    story.alarm(1, "pdu-1A")
    story.alarm(2, "pdu-3A")
    assert Incident.objects.live().count() == 2
    story.alarm(4, "pan-A", severity=5)
    story.pass_until(6)
    survivor = Incident.objects.live().get()
    assert (survivor.cause_label, survivor.ticket.number) == (
        "pan-A",
        Ticket.objects.order_by("pk")[0].number,
    )
    assert Problem.objects.filter(incident=survivor).count() == 3
    other = Incident.objects.get(state=IncidentState.MERGED)
    assert other.merged_into == survivor
    assert Ticket.objects.get(pk=other.ticket_id).state == State.CANCELLED


def test_what_the_cause_explains_joins_it_and_what_it_does_not_gets_its_own_ticket(story: Timeline) -> None:
    story.alarm(1, "pdu-1A")
    story.alarm(3, "alfa")
    story.alarm(5, "beta")
    assert alone() == {"beta"}
    assert Problem.objects.get(host="beta").ticket is not None
    assert Delivery.objects.filter(outcome=Outcome.ATTACHED).count() == 1


def test_tickets_opened_before_the_cause_showed_go_unless_somebody_has_them(story: Timeline) -> None:
    story.alarm(1, "alfa")
    story.alarm(2, "gamma")
    mine = Problem.objects.get(host="gamma").ticket
    assert mine is not None
    move(actor=factories.operator(1), ticket_id=mine.pk, transition="accept")
    story.alarm(10, "acc-1")
    story.pass_until(14)
    found = incident()
    gone = Ticket.objects.get(problems=None, parent=found.ticket, state=State.CANCELLED)
    assert "alfa" in gone.subject
    kept = Ticket.objects.get(pk=mine.pk)
    assert (kept.state, kept.parent) == (State.TRIAGE, found.ticket)


def test_problem_below_high_waits_for_its_cause_and_then_gets_a_ticket_with_the_time_of_the_alert(
    story: Timeline,
) -> None:
    story.alarm(1, "beta", "response slow", severity=3)
    assert Ticket.objects.count() == 0
    story.pass_until(14)
    assert Ticket.objects.count() == 0
    story.pass_until(18)
    assert Ticket.objects.get().received_at == T0 + timedelta(seconds=1)


def test_problem_that_recovers_while_it_waits_leaves_only_its_row(story: Timeline) -> None:
    story.alarm(1, "beta", "response slow", severity=3)
    story.back(9, "beta", "response slow", severity=3)
    story.pass_until(30)
    assert Ticket.objects.count() == 0
    assert Problem.objects.get().recovered_at is not None


def test_problem_that_waits_is_taken_in_when_its_cause_shows(story: Timeline) -> None:
    story.alarm(1, "alfa", "response slow", severity=3)
    story.alarm(9, "pdu-1A")
    assert Problem.objects.get(host="alfa").incident == incident()
    assert Ticket.objects.count() == 1


def test_the_same_again_within_minutes_reopens_the_incident_later_it_is_a_recurrence(story: Timeline) -> None:
    story.alarm(1, "pdu-1A")
    story.back(10, "pdu-1A")
    story.pass_until(330)
    assert incident().state == IncidentState.RESOLVED
    story.alarm(500, "pdu-1A", "again")
    story.pass_until(504)
    assert incident().state == IncidentState.OPEN
    assert Ticket.objects.get().state == State.NEW
    story.back(510, "pdu-1A", "again")
    story.pass_until(840)
    first = incident()
    assert first.state == IncidentState.RESOLVED
    story.alarm(1900, "pdu-1A", "third")
    second = Incident.objects.live().get()
    assert second.recurrence_of == first
    assert second.ticket.follow_up_of == first.ticket


def test_problem_older_than_the_cause_is_no_symptom_of_it(story: Timeline) -> None:
    story.alarm(1, "alfa")
    story.pass_until(400)
    story.alarm(400, "pdu-1A")
    story.pass_until(404)
    assert alone() == {"alfa"}


def test_excluded_member_gets_its_own_ticket_and_the_incident_waits_no_more_for_it(story: Timeline) -> None:
    story.alarm(1, "pdu-1A")
    story.alarm(2, "alfa")
    alfa = Problem.objects.get(host="alfa")
    with time_machine.travel(T0 + timedelta(seconds=20), tick=False):
        acting.exclude(
            incident_id=incident().pk, problem_ids=[alfa.pk], actor=factories.operator(2), reason=WHY
        )
    story.pass_until(24)
    alfa.refresh_from_db()
    assert alfa.ticket is not None
    assert alfa.ticket.channel == Channel.MONITORING
    story.back(30, "pdu-1A")
    story.pass_until(34)
    assert incident().state == IncidentState.RECOVERED


def test_person_names_another_cause_and_everything_is_worked_out_anew(story: Timeline, house: House) -> None:
    story.alarm(1, "pdu-1A")
    story.alarm(2, "alfa")
    found = incident()
    with time_machine.travel(T0 + timedelta(seconds=20), tick=False):
        acting.reroot(
            incident_id=found.pk, cause=causes.of_equipment(house.device["acc-1"]), actor=factories.operator(2),
            reason=WHY,
        )  # fmt: skip
    story.pass_until(24)
    found.refresh_from_db()
    assert found.cause_label == "acc-1"
    assert clients(found, "down") == {"alfa", "gamma"}
    # The strip is no part of the new picture: it stands for itself again.
    assert Problem.objects.get(host="pdu-1A").incident != found


def test_registry_changed_meanwhile_moves_nobody_until_a_person_asks(story: Timeline, house: House) -> None:
    story.alarm(1, "pdu-1A")
    found = incident()
    assert clients(found, "down") == {"alfa"}
    spare = Equipment.objects.create(
        name="late", kind="server", site=house.site, owner=house.customer["beta"], monitored_host="late"
    )
    PowerInput.objects.create(equipment=spare, name="PSU1", provider=house.device["pdu-1A"])
    factories.ServiceFactory.create(customer=house.customer["beta"], name="late", runs_on=spare)
    story.alarm(4, "pdu-3A")
    story.pass_until(8)
    acting_on = Incident.objects.order_by("pk")[0]
    assert "beta" not in clients(acting_on, "down")
    with time_machine.travel(T0 + timedelta(seconds=20), tick=False):
        acting.recompute(incident_id=acting_on.pk, actor=factories.operator(1))
    assert clients(acting_on, "down") == {"alfa", "beta"}


def test_unrelated_hosts_are_no_incident(story: Timeline) -> None:
    for second, host in enumerate(["alfa", "zeta"], 1):
        story.alarm(second, host)
    story.pass_until(20)
    assert Incident.objects.count() == 0
    assert Ticket.objects.count() == 2


def test_line_out_of_the_house_is_a_cause_of_its_own(story: Timeline) -> None:
    story.alarm(1, "tr-1")
    found = incident()
    assert found.circuit is not None
    assert clients(found, "down") == set()
    assert len(clients(found, "degraded")) == 9


def test_client_called_down_whose_equipment_answers_is_held_back(story: Timeline) -> None:
    story.alarm(1, "pdu-1A")
    story.pass_until(100)
    assert incident().clients.get(customer__code="alfa").held == "answers"
    story.alarm(102, "alfa")
    story.pass_until(106)
    assert incident().clients.get(customer__code="alfa").held == ""


def test_service_whose_own_alarm_is_over_is_what_the_registry_says_of_it(
    story: Timeline, house: House
) -> None:
    service = house.service["gamma"]
    service.monitored_host = "gamma-web"
    service.save()
    story.alarm(1, "pdu-1A")
    assert "gamma" in clients(incident(), "degraded")
    story.alarm(10, "gamma-web")
    story.pass_until(14)
    assert "gamma" in clients(incident(), "down")
    story.back(20, "gamma-web")
    story.pass_until(24)
    assert "gamma" in clients(incident(), "degraded")


def test_client_that_comes_with_a_joined_incident_is_well_when_nothing_hits_it_any_more(
    story: Timeline,
) -> None:
    story.alarm(1, "pdu-1A")
    story.alarm(2, "pdu-3A")
    first, second = Incident.objects.order_by("pk")
    hit = clients(second, "down") - clients(first, "down")
    assert hit
    story.back(4, "pdu-3A")
    at = T0 + timedelta(seconds=5)
    with time_machine.travel(at, tick=False), transaction.atomic():
        merging.merge(second, into=first, at=at)
        judge(incident=first, at=at)
    assert hit <= clients(first, "ok")
