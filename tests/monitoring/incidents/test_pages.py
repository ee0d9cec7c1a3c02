"""The pages of incidents: who may see them, what people do there, and that they cost the same for one client and for many."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Contact, User
from accounts.queries import contact_actor
from assets.enums import EquipmentKind
from assets.models import Equipment, PowerInput
from monitoring.models import ClientNotice, Incident, Problem
from tests import factories
from tests.monitoring.incidents.house import House
from tests.monitoring.incidents.test_notices import lose_strip_three
from tests.monitoring.incidents.timeline import T0, Timeline, incident
from tickets.models import Ticket
from tickets.services.moving import move

pytestmark = pytest.mark.django_db
WHY = "seen with my own eyes"
HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def desk(client: Client) -> Client:
    actor = factories.operator(1)
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def page(story: Timeline) -> str:
    lose_strip_three(story)
    return f"/monitoring/incidents/{incident().ticket.number}/"


def test_page_shows_cause_clients_alarms_and_timeline(desk: Client, page: str) -> None:
    text = desk.get(page).content.decode()
    for shown in ("pdu-3A", "Delta", "Zeta", "Iota", "its way to the network", "acc-3: unreachable"):
        assert shown in text
    assert "pdu-3A" in desk.get("/monitoring/incidents/").content.decode()


@pytest.mark.parametrize("part", ["head", "clients", "timeline", "members"])
def test_each_part_refreshes_by_itself(desk: Client, page: str, part: str) -> None:
    answer = desk.get(page, {"part": part}, **HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()


def test_contacts_and_strangers_see_nothing_of_it(client: Client, page: str, house: House) -> None:
    assert client.get(page).status_code == 302
    contact = Contact.objects.get(pk=factories.contact(customer=house.customer["delta"]).contact_id)
    assert contact.user is not None
    client.force_login(contact.user)
    for address in (page, "/monitoring/incidents/", f"{page}roots/", f"{page}loose/"):
        assert client.get(address).status_code == 404


def test_alarm_is_taken_out_with_a_reason_and_refused_without(desk: Client, page: str) -> None:
    zeta = Problem.objects.get(host="zeta")
    refused = desk.post(f"{page}exclude/", {"problem": zeta.pk, "reason": "no"}, **HTMX)
    assert refused.status_code == 422
    with time_machine.travel(T0 + timedelta(seconds=20), tick=False):
        assert desk.post(f"{page}exclude/", {"problem": zeta.pk, "reason": WHY}, **HTMX).status_code == 204
    zeta.refresh_from_db()
    assert zeta.excluded_at is not None


def test_another_cause_is_previewed_and_taken(desk: Client, page: str, house: House) -> None:
    chosen = f"equipment:{house.device['acc-3'].pk}"
    assert "it would hit" in desk.get(f"{page}roots/", {"cause": chosen}, **HTMX).content.decode()
    with time_machine.travel(T0 + timedelta(seconds=20), tick=False):
        assert desk.post(f"{page}reroot/", {"cause": chosen, "reason": WHY}, **HTMX).status_code == 204
    assert incident().cause_label == "acc-3"


def test_notice_is_read_before_it_is_sent_by_hand(
    desk: Client, page: str, people: dict[str, Contact], house: House
) -> None:
    delta = house.customer["delta"].pk
    shown = desk.get(f"{page}preview/{delta}/", **HTMX).content.decode()
    assert "delta@client.example" in shown
    with time_machine.travel(T0 + timedelta(seconds=20), tick=False):
        assert desk.post(f"{page}send/", {"customer": delta}, **HTMX).status_code == 204
        assert desk.post(f"{page}send/", {"customer": delta}, **HTMX).status_code == 422
    assert ClientNotice.objects.get().by


def test_link_of_an_event_leads_to_its_incident(desk: Client, page: str, story: Timeline) -> None:
    member = Problem.objects.get(host="delta")
    answer = desk.get(f"/m/{member.source.slug}/{member.event_id}")
    assert answer["Location"] == page


def test_strange_addresses_are_not_found_and_never_a_failure(desk: Client, page: str) -> None:
    for address in ("/monitoring/incidents/x/", f"{page}preview/999/", f"{page}roots/?cause=x:1"):
        assert desk.get(address).status_code in (200, 404)
    assert desk.post(f"{page}nothing/").status_code == 404
    assert desk.get("/monitoring/incidents/", {"before": "9" * 30}).status_code == 200
    assert desk.get(page, {"part": "clients", "q": "\x00", "clients": "0"}, **HTMX).status_code == 200


def test_page_costs_the_same_for_one_client_more_and_for_fifty(
    desk: Client, page: str, story: Timeline, house: House
) -> None:
    def cost() -> int:
        newest = Incident.objects.live().get()
        with CaptureQueriesContext(connection) as context:
            assert desk.get(f"/monitoring/incidents/{newest.ticket.number}/").status_code == 200
        return len(context.captured_queries)

    desk.get(page)
    before = cost()
    for number in range(50):
        customer = factories.CustomerFactory.create()
        device = Equipment.objects.create(
            name=f"more-{number}", kind=EquipmentKind.SERVER, site=house.site, owner=customer
        )
        PowerInput.objects.create(equipment=device, name="PSU1", provider=house.device["pdu-1A"])
        factories.ServiceFactory.create(customer=customer, runs_on=device)
    story.alarm(20, "pdu-1A")
    story.alarm(21, "pan-A", severity=5)
    story.pass_until(26)
    assert Incident.objects.live().get().clients.count() > 50
    assert cost() <= before + 2


def banner(client: Client, second: float, **data: str) -> str:
    """What the portal's banner is at a moment of the story; "unchanged" when the page may stay as it is."""
    with time_machine.travel(T0 + timedelta(seconds=second), tick=False):
        answer = client.get("/portal/outage/", data, **HTMX)
    return answer.content.decode() if answer.status_code == 200 else "unchanged"


def test_customer_reads_on_the_portal_what_it_was_told_and_nothing_of_others(
    client: Client, story: Timeline, people: dict[str, Contact]
) -> None:
    lose_strip_three(story)
    contact = people["delta"]
    assert contact.user is not None
    client.force_login(contact.user)
    assert 'class="banner' not in banner(client, 20)
    story.pass_until(100)
    shown = banner(client, 100)
    assert "delta: does not work" in shown
    assert "zeta" not in shown
    assert "pdu-3A" not in shown
    with time_machine.travel(T0 + timedelta(seconds=100), tick=False):
        assert shown.strip() in client.get("/portal/").content.decode()


def test_banner_is_drawn_again_only_when_it_says_something_else(
    client: Client, story: Timeline, people: dict[str, Contact]
) -> None:
    lose_strip_three(story)
    story.pass_until(100)
    contact = people["delta"]
    assert contact.user is not None
    client.force_login(contact.user)
    seen = banner(client, 100).partition("?seen=")[2].partition('"')[0]
    assert banner(client, 110, seen=seen) == "unchanged"
    for host in ("pdu-3A", "acc-3", "hv-3", "delta", "zeta"):
        story.back(200, host)
    story.pass_until(206)
    assert 'class="banner' not in banner(client, 206, seen=seen)
    assert banner(client, 206, seen=seen) != "unchanged"


def test_banner_is_for_contacts_only(desk: Client) -> None:
    assert desk.get("/portal/outage/").status_code == 404


def test_ticket_of_a_client_shows_what_it_is_part_of(
    desk: Client, story: Timeline, people: dict[str, Contact]
) -> None:
    lose_strip_three(story)
    with time_machine.travel(T0 + timedelta(seconds=60), tick=False):
        ticket: Any = factories.ticket(contact_actor(people["delta"]))
    shown = desk.get(f"/monitoring/tickets/{ticket.pk}/alerts/").content.decode()
    assert "Part of an incident" in shown
    own = Ticket.objects.get(pk=incident().ticket_id)
    assert "stands for an incident" in desk.get(f"/monitoring/tickets/{own.pk}/alerts/").content.decode()


def test_operator_takes_a_ticket_off_its_incident_and_puts_it_back(
    desk: Client, story: Timeline, people: dict[str, Contact]
) -> None:
    lose_strip_three(story)
    with time_machine.travel(T0 + timedelta(seconds=60), tick=False):
        ticket: Any = factories.ticket(contact_actor(people["delta"]))
    door = f"/monitoring/tickets/{ticket.pk}/incident/"
    number = incident().ticket.number
    assert f"hit by incident {number}" in desk.post(f"{door}off/", **HTMX).content.decode()
    assert Ticket.objects.get(pk=ticket.pk).parent is None
    assert "Part of an incident" in desk.post(door, **HTMX).content.decode()
    assert Ticket.objects.get(pk=ticket.pk).parent == incident().ticket
    linked = ticket.events.filter(type="linked").order_by("pk").values_list("payload__undone", flat=True)
    assert list(linked) == [False, True, False]


def test_ticket_of_alarms_leaves_the_incident_only_with_its_alarms(desk: Client, story: Timeline) -> None:
    story.alarm(5, "delta")
    with time_machine.travel(T0 + timedelta(seconds=6), tick=False):
        ticket = Ticket.objects.get()
        move(actor=factories.operator(1), ticket_id=ticket.pk, transition="accept")
    lose_strip_three(story)
    story.pass_until(20)
    assert Ticket.objects.get(pk=ticket.pk).parent == incident().ticket
    assert desk.post(f"/monitoring/tickets/{ticket.pk}/incident/off/", **HTMX).status_code == 409
    shown = desk.get(f"/monitoring/tickets/{ticket.pk}/alerts/").content.decode()
    assert "It is about something else" not in shown
