"""Hundreds of hosts at once are one incident, and a desk that was away meanwhile misses nothing."""

from collections.abc import Iterable, Iterator

import pytest

from monitoring.enums import IncidentState
from monitoring.models import Incident
from tests.zabbix import setting_up
from tests.zabbix.conftest import Pair
from tests.zabbix.figures import Watch
from tests.zabbix.sites import NORTH, SERVERS, SOUTH
from tests.zabbix.waiting import until
from tickets.models import Ticket

OUTAGE_SECONDS = 60
FAILED = 2


@pytest.fixture
def single_attempt(pair: Pair) -> Iterator[None]:
    """Zabbix gives up after the first failure: what the desk does not hear then, it will never be told."""
    setting_up.change_media_type(pair.api, attempts=1)
    yield
    setting_up.change_media_type(pair.api, attempts=20)


def live_incident(pair: Pair, *, hosts: Iterable[str]) -> Incident:
    """The only one that any problem of the hosts belongs to."""
    incidents = {one.incident for one in pair.desk.problems.filter(host__in=hosts).select_related("incident")}
    (incident,) = incidents
    assert incident is not None
    assert incident.state == IncidentState.OPEN
    return incident


def own_tickets(pair: Pair, hosts: Iterable[str], incident: Incident) -> list[Ticket]:
    """Open tickets of the hosts' problems beside that of the incident."""
    rows = pair.desk.tickets.filter(problems__host__in=hosts).exclude(pk=incident.ticket_id).distinct()
    return [ticket for ticket in rows if ticket.is_open]


def is_complete(pair: Pair) -> bool:
    """Every event open in Zabbix is an open problem of the desk, and the other way round."""
    return set(pair.desk.problems.open().values_list("event_id", flat=True)) == pair.open_events()


def all_members(pair: Pair, hosts: list[str]) -> bool:
    mine = pair.desk.problems.filter(host__in=hosts)
    return mine.filter(incident__isnull=False).count() == len(hosts) == mine.count()


def test_two_hundred_hosts_behind_one_switch_are_one_incident(pair: Pair) -> None:
    storm = pair.hosts(*NORTH.servers)
    watch = Watch()
    storm.fail()
    until(lambda: pair.desk.incidents.live().exists(), "an incident", every=0.05)
    watch.note(f"storm of {SERVERS} behind a switch that says nothing, from the values to the incident")
    until(lambda: all_members(pair, NORTH.servers), "all problems are members of an incident")
    watch.note(f"storm of {SERVERS}, to all problems attached")
    incident = live_incident(pair, hosts=NORTH.servers)
    assert incident.cause_label == NORTH.switch
    assert pair.desk.incidents.live().count() == 1
    until(
        lambda: own_tickets(pair, NORTH.servers, incident) == [], "no problem has an open ticket of its own"
    )
    watch.note(f"storm of {SERVERS}, to no ticket but the incident's")
    over = Watch()
    storm.recover()
    until(
        lambda: not pair.desk.incidents.live().filter(state=IncidentState.OPEN).exists(),
        "the incident recovers",
    )
    over.note(f"{SERVERS} recoveries, from the values to an incident that is only watched")


def test_desk_that_was_away_for_a_minute_in_a_storm_misses_nothing(pair: Pair) -> None:
    everything = [SOUTH.switch, *SOUTH.servers]
    before, during = pair.hosts(*SOUTH.servers[:100]), pair.hosts(SOUTH.switch, *SOUTH.servers[100:])
    before.fail()
    until(
        lambda: pair.desk.problems.filter(host__in=everything).count() > 20,
        "the storm is under way",
        every=0.05,
    )
    away = Watch()
    pair.desk.stop()
    during.fail()
    until(lambda: away.seconds > OUTAGE_SECONDS, "a minute passes", seconds=2 * OUTAGE_SECONDS)
    back = Watch()
    pair.desk.start()
    back.note("desk stopped for a minute in a storm of 201, from the start command to ready")
    until(lambda: is_complete(pair), "every open event is a problem", seconds=120)
    back.note("…, to nothing missing")
    until(lambda: all_members(pair, everything), "all problems are members of an incident")
    incident = live_incident(pair, hosts=everything)
    assert incident.cause_label == SOUTH.switch
    until(lambda: own_tickets(pair, everything, incident) == [], "no problem has an open ticket of its own")
    back.note("…, to one incident with all of them and no other ticket")


@pytest.mark.usefixtures("single_attempt")
def test_what_zabbix_gave_up_telling_is_found_by_asking(pair: Pair) -> None:
    names = [f"lost-{number}" for number in range(1, 21)]
    ended, begun = pair.hosts(*names[:10]), pair.hosts(*names[10:])
    ended.fail()
    for name in ended.names:
        pair.desk.ticket_of(name)
    pair.desk.stop()
    ended.recover()
    begun.fail()
    until(lambda: given_up(pair) >= len(names), "Zabbix gave up all the messages")
    back = Watch()
    pair.desk.start()
    until(lambda: is_complete(pair), "every open event is a problem", seconds=150)
    back.note("20 messages that Zabbix gave up, from the start of the desk to nothing missing")
    for name in begun.names:
        assert pair.desk.ticket_of(name).is_open
    assert not any(pair.desk.ticket_of(name).is_open for name in ended.names)


def given_up(pair: Pair) -> int:
    return int(pair.api.alert.get(filter={"status": FAILED}, countOutput=True))
