"""What the report finds, and what it leaves alone."""

import pytest

from assets.enums import EquipmentKind, EquipmentStatus, ServiceKind
from assets.models import Circuit, Equipment, Site
from assets.queries.quality import Problem, report
from tests import factories
from tests.assets.test_plant import device, wire

pytestmark = pytest.mark.django_db


def found(code: str) -> dict[str, Problem]:
    check = next((check for check in report() if check.code == code), None)
    return {problem.subject.name: problem for problem in check.problems} if check else {}


@pytest.fixture
def lines(db):
    """Two lines, each with its own UPS and panel."""
    made = {}
    for leg in "AB":
        line = device(f"util-{leg}", EquipmentKind.UTILITY)
        made[f"ups-{leg}"] = device(f"ups-{leg}", EquipmentKind.UPS, line, runtime_minutes=10)
        made[f"pan-{leg}"] = device(f"pan-{leg}", EquipmentKind.PANEL, made[f"ups-{leg}"])
    return made


def test_two_supplies_on_one_strip_are_false_redundancy(lines):
    device("honest", EquipmentKind.SERVER, lines["pan-A"], lines["pan-B"])
    device("single", EquipmentKind.SERVER, lines["pan-A"])
    device("false", EquipmentKind.SERVER, lines["pan-A"], lines["pan-A"])
    (problem,) = found("one-provider").values()
    assert (problem.subject.name, [one.name for one in problem.others]) == ("false", ["pan-A"])


def test_legs_that_meet_in_one_ups_are_named_with_it(lines):
    twin = device("pan-A2", EquipmentKind.PANEL, lines["ups-A"])
    device("meets", EquipmentKind.SERVER, lines["pan-A"], twin)
    device("apart", EquipmentKind.SERVER, lines["pan-A"], lines["pan-B"])
    switch = device("ats", EquipmentKind.ATS, lines["pan-A"], lines["pan-B"])
    device("behind", EquipmentKind.SERVER, switch, lines["pan-A"])
    problems = found("legs-meet")
    assert set(problems) == {"meets"}
    assert [one.name for one in problems["meets"].others] == ["ups-A"]


def test_client_device_without_power_data_is_told_apart_from_our_own(lines):
    owner = factories.CustomerFactory.create(name="Upsilon")
    device("theirs", EquipmentKind.SERVER, None, owner=owner)
    device("ours", EquipmentKind.SERVER)
    device("half", EquipmentKind.SERVER, None, lines["pan-A"], owner=owner)
    assert {name: problem.note for name, problem in found("client-power").items()} == {"theirs": "Upsilon"}
    assert set(found("own-power")) == {"ours"}


def test_uplinks_that_meet_in_one_device_are_no_redundancy(lines):
    cores = [device(f"core-{number}", EquipmentKind.ROUTER, lines["pan-A"]) for number in (1, 2)]
    for core in cores:
        Circuit.objects.create(provider="Carrier", cid=core.name, equipment=core)
    honest, false = (device(name, EquipmentKind.SWITCH, lines["pan-A"]) for name in ("honest", "false"))
    for core in cores:
        wire(honest, core)
    low, high = sorted((false, cores[0]), key=lambda one: one.pk)
    for label in ("1", "2"):
        low_link = wire(low, high)
        low_link.label = label
        low_link.save()
    problems = found("uplinks-meet")
    assert {name: [one.name for one in problem.others] for name, problem in problems.items()} == {
        "false": ["core-1"]
    }


def test_services_without_a_place_are_told_by_what_is_known(lines):
    device("srv-1", EquipmentKind.SERVER, lines["pan-A"], monitored_host="srv-1.mon")
    customer = factories.CustomerFactory.create(name="Alfa")
    make = factories.ServiceFactory.create
    make(customer=customer, name="known", monitored_host="srv-1.mon")
    make(customer=customer, name="strange", monitored_host="nobody.mon")
    make(customer=customer, name="blank")
    make(customer=customer, name="domain", kind=ServiceKind.DOMAIN)
    make(customer=customer, name="ended", is_active=False)
    nowhere = found("service-nowhere")
    assert set(nowhere) == {"Alfa: known", "Alfa: blank"}
    assert [one.name for one in nowhere["Alfa: known"].others] == ["srv-1"]
    assert {name: problem.note for name, problem in found("service-host").items()} == {
        "Alfa: strange": "nobody.mon"
    }


def test_service_on_a_retired_device_is_grave(lines):
    gone = device("gone", EquipmentKind.SERVER, lines["pan-A"], status=EquipmentStatus.RETIRED)
    factories.ServiceFactory.create(runs_on=gone)
    (problem,) = found("service-retired").values()
    assert problem.others[0].name == "gone"


def test_monitoring_gaps_and_what_is_gone_at_its_source(lines):
    Equipment.objects.update(monitored_host="x")
    device("mute", EquipmentKind.SERVER, lines["pan-A"])
    device("dark", EquipmentKind.SERVER, lines["pan-A"], is_monitored=False)
    device(
        "old",
        EquipmentKind.SERVER,
        lines["pan-A"],
        monitored_host="y",
        source="netbox",
        source_id="device:1",
        is_stale=True,
    )
    Site.objects.update(is_stale=True)
    assert set(found("no-host")) == {"mute"}
    assert set(found("not-monitored")) == {"dark"}
    assert set(found("stale")) == {"old", "dc1"}


def test_complete_registry_has_nothing_to_report(lines):
    Equipment.objects.update(monitored_host="x")
    assert report() == []
