"""The plant that a process keeps, and what makes it read the registry again."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from assets.enums import EquipmentKind, EquipmentStatus
from assets.models import Circuit, Cluster, Equipment, Link, PowerInput
from assets.queries.current import current, stamp
from tests import factories
from tests.assets.test_plant import device, wire

pytestmark = pytest.mark.django_db


def test_unchanged_registry_is_read_once():
    device("util-A", EquipmentKind.UTILITY)
    first = current()
    with CaptureQueriesContext(connection) as context:
        assert current() is first
    assert len(context.captured_queries) == 1


def _bulk_created(one: Equipment, other: Equipment) -> None:
    PowerInput.objects.bulk_create([PowerInput(equipment=other, name="PSU9", provider=one)])


CHANGES = {
    "a retired device": lambda one, other: Equipment.objects.filter(pk=one.pk).update(
        status=EquipmentStatus.RETIRED
    ),
    "an input created in bulk": _bulk_created,
    "a link": wire,
    "a circuit": lambda one, other: Circuit.objects.create(provider="Carrier", cid="1", equipment=one),
    "a member of a cluster": lambda one, other: Cluster.objects.get().members.add(other),
    "a service": lambda one, other: factories.ServiceFactory.create(runs_on=other),
    "a deleted device": lambda one, other: Equipment.objects.filter(name="spare").delete(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_kind_of_change_makes_the_plant_be_read_again(change):
    one, other = device("pdu-1A", EquipmentKind.PDU), device("srv-1", EquipmentKind.SERVER)
    device("spare", EquipmentKind.SERVER)
    Cluster.objects.create(name="cloud")
    before = current()
    CHANGES[change](one, other)
    assert current() is not before


def test_change_that_was_rolled_back_is_forgotten_and_its_stamp_never_used_again():
    device("util-A", EquipmentKind.UTILITY)
    before = stamp()
    with transaction.atomic():
        lost = device("never", EquipmentKind.UTILITY)
        drawn = stamp()
        assert lost.pk in current().plant.nodes
        transaction.set_rollback(True)
    assert stamp() == before
    device("later", EquipmentKind.UTILITY)
    assert stamp() not in (before, drawn)
    assert lost.pk not in current().plant.nodes


def test_what_its_source_no_longer_lists_is_not_relied_upon():
    one, other = device("pdu-1A", EquipmentKind.PDU), device("acc-1", EquipmentKind.SWITCH)
    wired, fed = wire(one, other), PowerInput.objects.create(equipment=other, name="PSU1", provider=one)
    Link.objects.filter(pk=wired.pk).update(is_stale=True)
    PowerInput.objects.filter(pk=fed.pk).update(is_stale=True)
    Equipment.objects.filter(pk=one.pk).update(is_stale=True)
    plant = current().plant
    assert (plant.links, plant.nodes[other.pk].inputs, one.pk in plant.nodes) == ((), (), True)
