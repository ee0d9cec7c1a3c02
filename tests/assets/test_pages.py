"""The pages of the registry: who sees them, what stands on them, and that they cost the same for any size."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assets.enums import EquipmentKind, EquipmentStatus
from assets.models import Circuit, Equipment, PowerInput, Rack, Room, Site
from assets.queries.places import elevation
from tests import factories
from tests.assets.test_plant import device, house, wire

__all__ = ["house"]
pytestmark = pytest.mark.django_db


def signed_in(line: int = 1, **duties: bool) -> Client:
    client = Client()
    client.force_login(factories.OperatorFactory.create(line=line, **duties).user)
    return client


def page(address: str, client: Client | None = None, **headers: str) -> str:
    answer = (client or signed_in()).get(address, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def rack_with(number: int) -> Rack:
    site, _ = Site.objects.get_or_create(code="dc1", defaults={"name": "First"})
    rack = Rack.objects.create(room=Room.objects.create(site=site, name="Hall"), name="R1")
    for index in range(number):
        device(f"srv-{index}", EquipmentKind.SERVER, rack=rack, position=index % 40 + 1)
    return rack


def test_site_leads_to_its_racks_and_a_rack_to_its_devices():
    rack = rack_with(2)
    assert f"/registry/sites/{rack.room.site_id}/" in page("/registry/")
    assert f"/registry/racks/{rack.pk}/" in page(f"/registry/sites/{rack.room.site_id}/")
    assert f"/registry/equipment/{Equipment.objects.get(name='srv-1').pk}/" in page(
        f"/registry/racks/{rack.pk}/"
    )


def test_devices_that_share_a_unit_are_drawn_beside_each_other():
    rack = rack_with(0)
    device("front", EquipmentKind.SERVER, rack=rack, position=3, height=2)
    device("back", EquipmentKind.PDU, rack=rack, position=4)
    device("alone", EquipmentKind.SERVER, rack=rack, position=9)
    drawn = {
        one.device.name: (one.low, one.height, one.lane, one.lanes)
        for one in elevation(Equipment.objects.all())
    }
    assert drawn == {"front": (3, 2, 0, 2), "back": (4, 1, 1, 2), "alone": (9, 1, 0, 1)}


def test_device_page_draws_the_way_of_power_and_names_who_depends(house):
    server = Equipment.objects.get(name="srv-client")
    text = page(f"/registry/equipment/{server.pk}/")
    for name in ("util-A", "ups-A", "PSU1", "acc-1", str(house["colo"]), server.owner.name):
        assert name in text
    assert text.count("power--up") >= 3


def test_search_finds_by_name_by_host_and_by_host_id():
    made = device("pdu-1A", EquipmentKind.PDU, monitored_host="dc1-strip", monitored_host_ids=[10661])
    for words in ("PDU-1", "strip", "10661"):
        assert f"/registry/equipment/{made.pk}/" in page(f"/registry/?q={words}", **{"HX-Request": "true"})


def test_panel_lists_clients_by_state_with_the_time_that_is_left(house):
    text = page(f"/registry/impact/?device={house['line_a'].pk}", **{"HX-Request": "true"})
    assert str(house["colo"]) in text
    assert str(house["vps"]) in text
    assert "10 minutes left" in text
    assert "<html" not in text


def test_several_devices_fail_together(house):
    line_b = Equipment.objects.get(name="util-B")
    alone = page(f"/registry/impact/?device={line_b.pk}")
    both = page(f"/registry/impact/?device={line_b.pk}&device={house['ups'].pk}")
    assert "tile--bad" in both
    assert 'badge badge--bad">Down' not in alone
    assert 'badge badge--bad">Down' in both


def test_circuit_can_fail_too(house):
    circuit = Circuit.objects.get()
    assert 'badge badge--bad">Down' in page(f"/registry/impact/?circuit={circuit.pk}")


@pytest.mark.parametrize("address", ["?device=99999999", "?device=x", "?circuit=9999999999999999999999", ""])
def test_impact_page_takes_any_address(address):
    page(f"/registry/impact/{address}")


def test_engineer_wires_an_input_and_an_operator_may_not(house):
    server, line_b = Equipment.objects.get(name="srv-client"), Equipment.objects.get(name="util-B")
    address, body = (
        f"/registry/equipment/{server.pk}/inputs/",
        {"name": "PSU2", "leg": "B", "provider_words": "util-B"},
    )
    assert signed_in(1).post(address, body).status_code == 403
    assert not server.power_inputs.filter(name="PSU2").exists()
    assert signed_in(3).post(address, body).status_code == 302
    assert server.power_inputs.get(name="PSU2").provider == line_b


def test_circle_is_refused_beside_what_was_typed(house):
    line = house["line_a"]
    body = {"name": "in", "provider_words": "ups-A"}
    answer = signed_in(3).post(f"/registry/equipment/{line.pk}/inputs/", body)
    assert answer.status_code == 422
    assert "util-A → ups-A → util-A" in answer.content.decode()
    assert not PowerInput.objects.filter(equipment=line).exists()


def test_administrator_retires_a_device_and_line_two_may_not(house):
    address = f"/registry/equipment/{house['ups'].pk}/status/"
    assert signed_in(2).post(address, {"status": "retired"}).status_code == 403
    assert signed_in(1, is_administrator=True).post(address, {"status": "retired"}).status_code == 302
    assert Equipment.objects.get(pk=house["ups"].pk).status == EquipmentStatus.RETIRED


def test_contact_of_a_customer_sees_nothing_of_it(house):
    client = Client()
    client.force_login(factories.ContactFactory.create().user)
    for address in (
        "/registry/",
        f"/registry/equipment/{house['ups'].pk}/",
        "/registry/impact/",
        "/registry/export/",
    ):
        assert client.get(address).status_code == 404


def upload(client: Client, text: str):
    return client.post("/registry/import/", {"given": SimpleUploadedFile("sites.csv", text.encode())})


def test_engineer_checks_files_first_and_writes_them_then():
    client = signed_in(3)
    answer = upload(client, "code,name\ndc9,Ninth\n")
    assert "sites.csv:2" in answer.content.decode()
    assert not Site.objects.exists()
    word = answer.context["word"]
    assert client.post("/registry/import/apply/", {"word": word}).status_code == 302
    assert Site.objects.get().code == "dc9"
    assert signed_in(3).post("/registry/import/apply/", {"word": word}).status_code == 409


def test_check_with_a_refused_row_offers_no_writing():
    answer = upload(signed_in(3), "code,name\ndc9,\n")
    assert answer.context["may_apply"] is False
    assert "/registry/import/apply/" not in answer.content.decode()


def test_import_is_for_engineers_and_administrators():
    assert signed_in(2).get("/registry/import/").status_code == 403
    assert upload(signed_in(2), "code,name\ndc9,Ninth\n").status_code == 403
    assert signed_in(1, is_administrator=True).get("/registry/import/").status_code == 200


def test_export_is_an_archive_to_download():
    answer = signed_in(1).get("/registry/export/")
    assert answer.content[:2] == b"PK"
    assert "attachment" in answer["Content-Disposition"]


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as context:
        assert client.get(address).status_code == 200
    return len(context.captured_queries)


def grow(house: dict[str, object], number: int, begin: int) -> None:
    switch = Equipment.objects.get(name="acc-1")
    for index in range(begin, begin + number):
        owner = factories.CustomerFactory.create()
        made = device(f"more-{index}", EquipmentKind.SERVER, house["ups"], house["ups"], owner=owner)  # type: ignore[arg-type]
        wire(made, switch)
        factories.ServiceFactory.create(customer=owner, runs_on=made)
        factories.ServiceFactory.create(customer=owner, runs_on=house["ups"])


@pytest.mark.parametrize("what", ["ups", "switch", "site", "index", "impact", "quality", "search"])
def test_pages_cost_the_same_for_one_and_for_fifty(house, what):
    switch = Equipment.objects.get(name="acc-1")
    address = {
        "ups": f"/registry/equipment/{house['ups'].pk}/",
        "switch": f"/registry/equipment/{switch.pk}/",
        "site": f"/registry/sites/{switch.site_id}/",
        "index": "/registry/",
        "impact": f"/registry/impact/?device={house['line_a'].pk}&device={switch.pk}",
        "quality": "/registry/quality/",
        "search": "/registry/?q=more",
    }[what]
    client = signed_in(3)
    grow(house, 1, 0)
    few = queries(client, address)
    grow(house, 49, 1)
    assert queries(client, address) == few


def test_rack_page_costs_the_same_for_one_and_for_fifty():
    client, rack = signed_in(), rack_with(1)
    few = queries(client, f"/registry/racks/{rack.pk}/")
    for index in range(50):
        device(f"more-{index}", EquipmentKind.SERVER, rack=rack, owner=factories.CustomerFactory.create())
    assert queries(client, f"/registry/racks/{rack.pk}/") == few


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/registry/", "/registry/impact/", "/registry/choices/"])
def test_any_text_is_a_legal_search(address):
    assert signed_in(1).get(address, {"q": "pdu\x00%_"}).status_code == 200
