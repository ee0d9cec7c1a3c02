import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection

from assets.enums import EquipmentKind
from assets.models import Equipment, PowerInput, Site
from assets.services.wiring import feed
from common.errors import Conflict, NotAllowed
from tests import factories


def device(name: str, kind: str = EquipmentKind.PANEL) -> Equipment:
    site, _ = Site.objects.get_or_create(code="dc1", defaults={"name": "First"})
    return Equipment.objects.create(name=name, kind=kind, site=site)


@pytest.mark.django_db
def test_power_in_a_circle_is_refused_with_the_path():
    engineer = factories.operator(3)
    ups, panel, strip = (
        device("ups-A", EquipmentKind.UPS),
        device("pan-A"),
        device("pdu-1A", EquipmentKind.PDU),
    )
    feed(actor=engineer, equipment_id=panel.pk, name="in", provider_id=ups.pk)
    feed(actor=engineer, equipment_id=strip.pk, name="in", provider_id=panel.pk)
    with pytest.raises(Conflict) as refused:
        feed(actor=engineer, equipment_id=ups.pk, name="in", provider_id=strip.pk)
    assert "ups-A → pdu-1A → pan-A → ups-A" in str(refused.value.detail)
    assert not PowerInput.objects.filter(equipment=ups).exists()


@pytest.mark.django_db
def test_device_may_hang_twice_on_one_strip_and_on_something_unknown():
    engineer, strip, server = factories.operator(3), device("pdu-1A"), device("srv-1", EquipmentKind.SERVER)
    feed(actor=engineer, equipment_id=server.pk, name="PSU1", provider_id=strip.pk)
    feed(actor=engineer, equipment_id=server.pk, name="PSU2", provider_id=strip.pk)
    feed(actor=engineer, equipment_id=server.pk, name="PSU2", provider_id=None)
    assert list(server.power_inputs.values_list("name", "provider")) == [("PSU1", strip.pk), ("PSU2", None)]


@pytest.mark.django_db
def test_only_engineers_wire():
    panel = device("pan-A")
    with pytest.raises(NotAllowed):
        feed(actor=factories.operator(1), equipment_id=panel.pk, name="in", provider_id=None)


@pytest.mark.django_db
def test_device_that_feeds_itself_is_refused_by_the_database():
    panel = device("pan-A")
    with pytest.raises(IntegrityError):
        PowerInput.objects.create(equipment=panel, name="in", provider=panel)


@pytest.mark.django_db(transaction=True)
def test_two_halves_of_a_circle_at_once_cannot_both_be_wired():
    engineer, one, other = factories.operator(3), device("pan-A"), device("pan-B")
    pairs = [(one.pk, other.pk), (other.pk, one.pk)]
    barrier = threading.Barrier(2, timeout=20)

    def wire(pair: tuple[int, int]) -> bool:
        try:
            barrier.wait()
            feed(actor=engineer, equipment_id=pair[0], name="in", provider_id=pair[1])
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(wire, pairs)) == [False, True]
    assert PowerInput.objects.count() == 1
