"""What an operator does at the desk is seen in Zabbix, and our own word is not heard as somebody else's."""

from collections.abc import Iterator

import pytest

from monitoring.enums import AlertKind, Outcome
from tests.zabbix import setting_up
from tests.zabbix.conftest import Pair
from tests.zabbix.desk import fresh
from tests.zabbix.waiting import until
from tickets.enums import State

OTHER = "colleague"


@pytest.fixture
def second_recipient(pair: Pair) -> Iterator[str]:
    """Somebody else who gets everything through the same media type: Zabbix spares only the author of an update."""
    person = setting_up.make_recipient(pair.api, OTHER)
    yield person
    pair.api.user.delete(person)


def test_taking_the_ticket_acknowledges_the_event_with_number_and_link(pair: Pair) -> None:
    pair.hosts("told-1").fail()
    ticket = pair.desk.ticket_of("told-1")
    pair.desk.accept(ticket)
    until(lambda: pair.event_of("told-1")["acknowledged"] == "1", "the event is acknowledged")
    (told,) = pair.event_of("told-1")["acknowledges"]
    assert ticket.number in told["message"]
    assert f"{pair.desk.address}/desk/tickets/{ticket.number}/" in told["message"]


def test_our_own_acknowledgement_that_comes_back_leaves_no_note(pair: Pair, second_recipient: str) -> None:
    pair.hosts("told-2").fail()
    ticket = pair.desk.ticket_of("told-2")
    pair.desk.accept(ticket)
    event = pair.event_of("told-2")["eventid"]
    echoes = pair.desk.deliveries.filter(event_id=event, kind=AlertKind.UPDATE)
    until(lambda: echoes.filter(outcome=Outcome.ECHO).exists(), "our word comes back and is known")
    assert echoes.count() == 1
    sent = pair.api.alert.get(eventids=event, output=["userid", "acknowledgeid"])
    assert {one["userid"] for one in sent if one["acknowledgeid"] != "0"} == {second_recipient}
    assert len(pair.event_of("told-2")["acknowledges"]) == 1
    assert [text for text in pair.desk.messages(ticket) if "acknowledged" in text] == []


def test_acknowledgement_by_a_person_in_zabbix_is_a_note_on_the_ticket(pair: Pair) -> None:
    pair.hosts("told-3").fail()
    ticket = pair.desk.ticket_of("told-3")
    event = pair.event_of("told-3")["eventid"]
    pair.api.event.acknowledge(eventids=event, action=6, message="Глянул: «щит» обесточен 🔌")
    until(
        lambda: any("«щит» обесточен 🔌" in text for text in pair.desk.messages(ticket)),
        "the note stands on the ticket",
    )
    assert len(pair.event_of("told-3")["acknowledges"]) == 1


def test_severity_raised_in_zabbix_raises_the_ticket(pair: Pair) -> None:
    pair.hosts("told-4").fail()
    ticket = pair.desk.ticket_of("told-4")
    pair.api.event.acknowledge(eventids=pair.event_of("told-4")["eventid"], action=8, severity=5)
    until(lambda: fresh(ticket).priority < ticket.priority, "the ticket is raised")


def test_problem_closed_by_hand_in_zabbix_resolves_the_ticket(pair: Pair) -> None:
    pair.hosts("told-5").fail()
    ticket = pair.desk.ticket_of("told-5")
    pair.api.event.acknowledge(
        eventids=pair.event_of("told-5")["eventid"], action=1 | 4, message="false alarm"
    )
    until(lambda: fresh(ticket).state == State.RESOLVED, "the ticket is resolved")
