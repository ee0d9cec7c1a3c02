"""Who is told what of an incident, when, and that nobody is told twice, too early, or of somebody else."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from accounts.enums import AddressKind
from accounts.models import Contact, ContactAddress
from accounts.queries import contact_actor
from common.errors import Conflict
from messaging.models import OutboundMessage
from monitoring.models import ClientNotice
from monitoring.services.notices import acting
from monitoring.services.notices.planning import plan
from monitoring.services.ticking import tick
from tests import factories
from tests.monitoring.incidents.house import House
from tests.monitoring.incidents.timeline import T0, Timeline, incident
from tickets.enums import MessageKind
from tickets.models import Ticket

WHY = "seen with my own eyes"


def told(phase: str) -> set[str]:
    """Clients with a notice of the phase."""
    return set(ClientNotice.objects.filter(phase=phase).values_list("customer__code", flat=True))


def mails(code: str) -> list[str]:
    rows = OutboundMessage.objects.filter(to=f"{code}@client.example").order_by("pk")
    return [f"{row.subject}\n{row.text}" for row in rows]


def lose_strip_three(story: Timeline) -> None:
    """pdu-3A: Delta and Zeta's switch are down, and Iota with hv-3; all of it is confirmed by alarms."""
    story.alarm(5, "pdu-3A", severity=5)
    for second, host in enumerate(["acc-3", "hv-3", "delta", "zeta"], 6):
        story.alarm(second, host)


def test_client_that_is_down_is_told_by_itself_after_the_confirmation(
    story: Timeline, people: dict[str, Contact]
) -> None:
    lose_strip_three(story)
    story.pass_until(75)
    assert told("started") == set()
    story.pass_until(90)
    assert told("started") == {"delta", "zeta", "iota"}
    assert incident().clients.get(customer__code="delta").told_at is not None


def test_each_client_reads_of_its_own_services_only_and_in_its_language(
    story: Timeline, people: dict[str, Contact]
) -> None:
    lose_strip_three(story)
    story.pass_until(100)
    (delta,) = mails("delta")
    assert "delta" in delta
    assert "zeta" not in delta
    assert "pdu-3A" not in delta
    assert "Здравствуйте" in delta
    (zeta,) = mails("zeta")
    assert "We see an outage" in zeta
    assert "network connection" in zeta


def test_contact_hears_of_it_by_the_way_it_likes_best_and_by_the_other_when_that_fails(
    story: Timeline, people: dict[str, Contact]
) -> None:
    ContactAddress.objects.create(
        contact=people["delta"], kind=AddressKind.TELEGRAM, value="support:77", is_verified=True
    )
    ContactAddress.objects.create(contact=people["zeta"], kind=AddressKind.TELEGRAM, value="support:78")
    Contact.objects.filter(pk__in=[people["delta"].pk, people["zeta"].pk]).update(
        channels=["telegram", "mail"]
    )
    lose_strip_three(story)
    story.pass_until(100)
    delta = ClientNotice.objects.get(customer__code="delta").message
    assert delta is not None
    assert (delta.channel, delta.to) == ("telegram", "support:77")
    assert [(way["channel"], way["to"]) for way in delta.fallbacks] == [("mail", "delta@client.example")]
    # A chat that its contact never tied is nobody's.
    assert len(mails("zeta")) == 1


def test_blip_tells_nobody(story: Timeline, people: dict[str, Contact]) -> None:
    lose_strip_three(story)
    for host in ("pdu-3A", "acc-3", "hv-3", "delta", "zeta"):
        story.back(40, host)
    story.pass_until(400)
    assert not ClientNotice.objects.exists()


def test_restored_is_told_once_to_those_who_were_told(story: Timeline, people: dict[str, Contact]) -> None:
    lose_strip_three(story)
    story.pass_until(100)
    for host in ("pdu-3A", "acc-3", "hv-3", "delta", "zeta"):
        story.back(200, host)
    story.pass_until(260)
    assert told("restored") == set()
    story.pass_until(500)
    assert told("restored") == {"delta", "zeta", "iota"}
    assert len(mails("delta")) == 2


def test_battery_that_runs_flat_is_one_change_for_those_who_were_told_of_the_risk(
    story: Timeline, people: dict[str, Contact]
) -> None:
    story.alarm(5, "util-A", "input voltage lost", severity=5)
    story.pass_until(20)
    with time_machine.travel(T0 + timedelta(seconds=20), tick=False):
        acting.send_all(incident_id=incident().pk, state="at_risk", actor=factories.operator(1))
    assert told("started") == {"alfa", "delta", "iota", "theta", "zeta"}
    (before,) = mails("alfa")
    assert "Risk of an outage" in before
    for second, host in enumerate(["alfa", "delta", "hv-3", "theta", "zeta", "acc-3"], 606):
        story.alarm(second, host)
    story.pass_until(760)
    assert ClientNotice.objects.filter(phase="changed").count() == 5
    story.pass_until(900)
    assert ClientNotice.objects.filter(phase="changed").count() == 5
    assert "does not work" in mails("alfa")[1]


def test_client_whose_equipment_answers_is_told_only_when_a_person_says_so(
    story: Timeline, people: dict[str, Contact]
) -> None:
    story.alarm(5, "pdu-1A")
    story.pass_until(200)
    assert told("started") == set()
    alfa = incident().clients.get(customer__code="alfa")
    assert alfa.held
    with time_machine.travel(T0 + timedelta(seconds=200), tick=False):
        acting.release(
            incident_id=incident().pk, customer_id=alfa.customer_id, actor=factories.operator(1), reason=WHY
        )
    story.pass_until(206)
    assert told("started") == {"alfa"}


def test_contact_that_must_not_be_notified_never_is(story: Timeline, people: dict[str, Contact]) -> None:
    Contact.objects.filter(pk=people["delta"].pk).update(do_not_notify=True)
    lose_strip_three(story)
    story.pass_until(100)
    assert told("started") == {"zeta", "iota"}
    assert mails("delta") == []


def test_contact_named_for_outages_is_told_instead_of_the_others(
    story: Timeline, people: dict[str, Contact], house: House
) -> None:
    duty = factories.ContactFactory.create(customer=house.customer["delta"], gets_outages=True)
    ContactAddress.objects.create(contact=duty, kind=AddressKind.MAIL, value="noc@client.example")
    lose_strip_three(story)
    story.pass_until(100)
    notices = ClientNotice.objects.filter(customer=house.customer["delta"])
    assert [notice.contact for notice in notices] == [duty]


def test_client_told_of_a_part_hears_no_second_start_when_the_cause_grows(
    story: Timeline, people: dict[str, Contact]
) -> None:
    lose_strip_three(story)
    story.pass_until(100)
    story.alarm(101, "pan-A", severity=5)
    story.alarm(102, "alfa")
    story.pass_until(200)
    assert incident().cause_label == "pan-A"
    assert ClientNotice.objects.filter(phase="started", customer__code="delta").count() == 1
    assert "alfa" in told("started")


def test_report_goes_to_those_who_were_told_once(story: Timeline, people: dict[str, Contact]) -> None:
    lose_strip_three(story)
    story.pass_until(100)
    for host in ("pdu-3A", "acc-3", "hv-3", "delta", "zeta"):
        story.back(200, host)
    story.pass_until(520)
    said = {"text_ru": "Сгорел автомат на линии A. " * 2, "text_en": "A breaker of line A burnt out. " * 2}
    with time_machine.travel(T0 + timedelta(seconds=520), tick=False):
        acting.publish_report(incident_id=incident().pk, actor=factories.operator(1), **said)
    story.pass_until(540)
    assert told("report") == {"delta", "zeta", "iota"}
    assert "автомат" in mails("delta")[-1]
    assert "breaker" in mails("zeta")[-1]
    with pytest.raises(Conflict):
        acting.publish_report(incident_id=incident().pk, actor=factories.operator(1), **said)


def test_client_who_writes_during_the_incident_is_recognised_answered_and_linked(
    story: Timeline, people: dict[str, Contact]
) -> None:
    lose_strip_three(story)
    story.pass_until(100)
    with time_machine.travel(T0 + timedelta(seconds=120), tick=False):
        ticket = factories.ticket(contact_actor(people["delta"]))
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert ticket.parent == incident().ticket
    assert ticket.first_response_at is None
    assert ticket.next_due_kind == "FR"
    (automatic,) = ticket.messages.filter(kind=MessageKind.AUTOMATIC)
    assert "delta" in automatic.text
    assert "zeta" not in automatic.text
    row = incident().clients.get(customer__code="delta")
    assert row.wrote_at is not None
    assert row.told_at is not None
    assert row.told_at < row.wrote_at


def test_client_outside_the_incident_is_not_linked(story: Timeline, people: dict[str, Contact]) -> None:
    lose_strip_three(story)
    with time_machine.travel(T0 + timedelta(seconds=60), tick=False):
        ticket = factories.ticket(contact_actor(people["alfa"]))
    assert Ticket.objects.get(pk=ticket.pk).parent is None


def test_planner_killed_before_the_commit_plans_the_same_again(
    story: Timeline, people: dict[str, Contact]
) -> None:
    lose_strip_three(story)
    story.pass_until(70)
    found = incident()
    with time_machine.travel(T0 + timedelta(seconds=120), tick=False), transaction.atomic():
        assert plan(incident=found, now=T0 + timedelta(seconds=120)) == 3
        transaction.set_rollback(True)
    assert not ClientNotice.objects.exists()
    story.pass_until(124)
    assert ClientNotice.objects.count() == 3
    with time_machine.travel(T0 + timedelta(seconds=126), tick=False):
        tick(at=T0 + timedelta(seconds=126))
    assert ClientNotice.objects.count() == 3
    assert OutboundMessage.objects.filter(key__startswith="incident:").count() == 3
