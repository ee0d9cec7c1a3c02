"""The registry as the impact reads it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assets.enums import EquipmentKind, EquipmentStatus
from assets.impact import Cut, Impact, assess
from assets.models import Circuit, Cluster, Equipment, Link, PowerInput, Site
from assets.queries.plant import plant
from tests import factories


def device(name: str, kind: str, *feeders: Equipment | None, **values: object) -> Equipment:
    site, _ = Site.objects.get_or_create(code="dc1", defaults={"name": "First"})
    made = Equipment.objects.create(name=name, kind=kind, site=site, **values)
    for number, feeder in enumerate(feeders, 1):
        PowerInput.objects.create(equipment=made, name=f"PSU{number}", provider=feeder)
    return made


def wire(a: Equipment, b: Equipment) -> Link:
    low, high = sorted((a, b), key=lambda one: one.pk)
    return Link.objects.create(a=low, b=high)


@pytest.fixture
def house(db):
    """Two power lines, one switch with a circuit, a server of a client on one line, two of ours in a cluster."""
    line_a, line_b = device("util-A", EquipmentKind.UTILITY), device("util-B", EquipmentKind.UTILITY)
    ups = device("ups-A", EquipmentKind.UPS, line_a, runtime_minutes=10)
    switch = device("acc-1", EquipmentKind.SWITCH, ups, line_b)
    Circuit.objects.create(provider="Carrier", cid="TR-1", equipment=switch)
    owner = factories.CustomerFactory.create()
    own = device("srv-client", EquipmentKind.SERVER, ups, owner=owner)
    hosts = [device(f"hv-{number}", EquipmentKind.SERVER, ups, line_b) for number in (1, 2)]
    for one in (own, *hosts):
        wire(one, switch)
    cluster = Cluster.objects.create(name="cloud")
    cluster.members.set(hosts)
    return {
        "line_a": line_a,
        "ups": ups,
        "colo": factories.ServiceFactory.create(customer=owner, runs_on=own),
        "vps": factories.ServiceFactory.create(customer=owner, cluster=cluster),
        "paper": factories.ServiceFactory.create(customer=owner),
    }


def test_lost_line_puts_the_single_fed_client_at_risk_and_degrades_the_cluster(house):
    found = assess(plant(), Cut(nodes=frozenset({house["line_a"].pk})))
    assert found.services[house["colo"].pk].state is Impact.AT_RISK
    assert found.services[house["vps"].pk].state is Impact.DEGRADED
    assert house["paper"].pk not in found.services


def test_retired_equipment_takes_no_part(house):
    Equipment.objects.filter(pk=house["ups"].pk).update(status=EquipmentStatus.RETIRED)
    assert house["ups"].pk not in plant().nodes


@pytest.mark.parametrize("number", [1, 50])
def test_reading_the_registry_costs_the_same_for_any_size(house, number):
    for index in range(number):
        device(f"more-{index}", EquipmentKind.SERVER, house["ups"])
    with CaptureQueriesContext(connection) as context:
        plant()
    assert len(context.captured_queries) == 7
