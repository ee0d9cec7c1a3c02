"""The registry from files and back: what each row would change, all or nothing, and never twice."""

import io
import zipfile

import pytest
from django.core.management import CommandError, call_command

from accounts.enums import Actor
from assets.enums import EquipmentKind
from assets.models import Cluster, Equipment, Link, PowerInput, Rack, Service, Site
from assets.services.exchange import reading
from assets.services.exchange.exporting import export_files, export_zip
from assets.services.exchange.importing import import_files
from assets.services.exchange.records import Plan, Verdict
from common.errors import Invalid, NotAllowed, TooLarge, Unprocessable
from tests import factories

pytestmark = pytest.mark.django_db

HOUSE = {
    "sites.csv": "code,name,address\ndc1,First data centre,\n",
    "rooms.csv": "site,name\ndc1,Hall 1\n",
    "racks.csv": "site,room,name,units\ndc1,Hall 1,R1,42\n",
    "equipment.csv": (
        "name,kind,site,room,rack,position,height,owner,power_k,runtime_minutes,monitored_host,monitored_host_ids\n"
        "util-A,utility,dc1,,,,,,,,,\n"
        "ups-A,ups,dc1,,,,,,,10,,\n"
        "pdu-1A,pdu,dc1,Hall 1,R1,1,1,,,,dc1-pdu-1a,10661 10662\n"
        "acc-1,switch,dc1,Hall 1,R1,40,1,,,,,\n"
        "srv-1,server,dc1,Hall 1,R1,10,2,alfa,1,,,\n"
    ),
    "power_inputs.csv": (
        "equipment,input,fed_by,leg\nups-A,in,util-A,A\npdu-1A,in,ups-A,A\nsrv-1,PSU1,pdu-1A,A\nsrv-1,PSU2,,\n"
        "acc-1,PSU1,pdu-1A,A\n"
    ),
    "links.csv": "a,b,label,kind,status\nsrv-1,acc-1,,cable,active\n",
    "circuits.csv": "provider,cid,equipment,role,is_egress\nCarrier,TR-1,acc-1,primary,yes\n",
    "clusters.csv": "name,k,members\ncloud,1,srv-1 | acc-1\n",
    "services.csv": "customer,name,kind,label,runs_on,cluster\nalfa,colo-1,colocation,Rack space,srv-1,\nalfa,vps-1,vps,,,cloud\n",
    "endpoints.csv": "customer,service,name\nalfa,colo-1,shop.example\n",
}  # fmt: skip


@pytest.fixture(autouse=True)
def alfa():
    return factories.CustomerFactory.create(code="alfa")


def files(**changed: str) -> dict[str, bytes]:
    """The house, with the texts of some files changed; names without their ending."""
    return {
        name: text.encode() for name, text in (HOUSE | {f"{k}.csv": v for k, v in changed.items()}).items()
    }


def bring(given: dict[str, bytes], **options: bool) -> Plan:
    return import_files(actor=Actor.system(), files=given, **options)


def counts(found: Plan) -> dict[str, int]:
    return {verdict: number for verdict, number in found.counts.items() if number}


def test_dry_run_tells_and_writes_nothing():
    found = bring(files())
    assert counts(found) == {"new": 19}
    assert not Site.objects.exists()


def test_files_are_written_and_writing_them_again_changes_nothing():
    assert bring(files(), write=True).is_applied
    server = Equipment.objects.get(name="srv-1")
    assert (server.rack.name, server.owner.code, server.height) == ("R1", "alfa", 2)
    assert Equipment.objects.get(name="pdu-1A").monitored_host_ids == [10661, 10662]
    assert list(server.power_inputs.values_list("name", "provider__name")) == [
        ("PSU1", "pdu-1A"),
        ("PSU2", None),
    ]
    assert set(Cluster.objects.get().members.values_list("name", flat=True)) == {"srv-1", "acc-1"}
    assert Service.objects.get(name="vps-1").cluster.name == "cloud"
    assert Link.objects.get().a_id < Link.objects.get().b_id
    again = bring(files(), write=True)
    assert counts(again) == {"same": 19}
    assert again.is_idle


def test_changed_row_says_what_was_and_what_will_be():
    bring(files(), write=True)
    power = HOUSE["power_inputs.csv"].replace("srv-1,PSU2,,", "srv-1,PSU2,ups-A,B")
    found = bring(files(power_inputs=power), write=True)
    (entry,) = found.of(Verdict.CHANGED)
    assert (entry.title, entry.where) == ("srv-1 · PSU2", "power_inputs.csv:5")
    assert entry.changes == [("fed_by", "", "ups-A"), ("leg", "", "B")]
    assert PowerInput.objects.get(equipment__name="srv-1", name="PSU2").provider.name == "ups-A"


def test_column_that_is_not_given_leaves_its_field_alone():
    bring(files(), write=True)
    found = bring({"equipment.csv": b"name;kind;site\npdu-1A;pdu;dc1\n"}, write=True)
    assert counts(found) == {"same": 1}
    assert Equipment.objects.get(name="pdu-1A").rack == Rack.objects.get()


@pytest.mark.parametrize("text", [
    "\ufeffcode;name\r\ndc1;First, and best\r\n", 'code,name\ndc1,"First, and best"\n', "CODE;Name\ndc1;First, and best",
])  # fmt: skip
def test_semicolons_commas_marks_and_line_ends_are_all_read(text):
    bring({"sites.csv": text.encode()}, write=True)
    assert Site.objects.get().name == "First, and best"


REFUSED = {
    "an unknown reference": ("power_inputs", "equipment,input,fed_by\nsrv-1,PSU1,pdu-9Z\n", 2, "pdu-9Z"),
    "an unknown owner": ("equipment", "name,kind,site,owner\nx,server,dc1,nobody\n", 2, "nobody"),
    "a rack in another room": ("equipment", "name,kind,site,room,rack\nx,server,dc1,Hall 2,R1\n", 2, "Hall 2"),
    "a kind nobody knows": ("equipment", "name,kind,site\nok,server,dc1\nx,toaster,dc1\n", 3, "kind"),
    "a missing column": ("equipment", "name,kind\nx,server\n", 1, "site"),
    "an unknown column": ("sites", "code,name,colour\ndc1,First,red\n", 1, "colour"),
    "a number that is none": ("racks", "site,room,name,units\ndc1,Hall 1,R1,many\n", 2, "units"),
    "a row that stands twice": ("sites", "code,name\ndc1,First\ndc1,Second\n", 3, "sites.csv:2"),
    "an empty name": ("sites", "code,name\ndc1,\n", 2, "name"),
    "a battery outside a UPS": ("equipment", "name,kind,site,runtime_minutes\nx,server,dc1,5\n", 2, "UPS"),
    "a place above the rack": (
        "equipment", "name,kind,site,room,rack,position,height\nx,server,dc1,Hall 1,R1,42,2\n", 2, "42"),
    "a link to itself": ("links", "a,b\nsrv-1,srv-1\n", 2, "different"),
    "a service on two things": ("services", "customer,name,runs_on,cluster\nalfa,s,srv-1,cloud\n", 2, "both"),
    "a text too long": ("sites", f"code,name\ndc1,{'x' * 121}\n", 2, "120"),
    "bytes that are no text": ("sites", "code,name\ndc1,\udcff\n", 2, "UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused_row_names_its_line_and_reason_and_nothing_is_written(case):
    kind, text, line, word = REFUSED[case]
    given = files() | {f"{kind}.csv": text.encode(errors="surrogateescape")}
    refused = bring(given).of(Verdict.REFUSED)
    assert (refused[0].where, word in refused[0].reason) == (f"{kind}.csv:{line}", True), refused[0]
    with pytest.raises(Unprocessable):
        bring(given, write=True)
    assert not Site.objects.exists()


def test_power_in_a_circle_is_refused_with_the_path_of_names():
    text = "equipment,input,fed_by\nups-A,in,pdu-1A\npdu-1A,in,ups-A\n"
    (refused,) = bring(files(power_inputs=text)).of(Verdict.REFUSED)
    assert refused.where == "power_inputs.csv:3"
    assert "pdu-1A → ups-A → pdu-1A" in refused.reason


def test_circle_with_what_is_wired_already_is_seen_too():
    bring(files(), write=True)
    (refused,) = bring({"power_inputs.csv": b"equipment,input,fed_by\nutil-A,in,pdu-1A\n"}).of(
        Verdict.REFUSED
    )
    assert "util-A → pdu-1A → ups-A → util-A" in refused.reason


def test_power_that_is_turned_round_is_no_circle():
    bring(files(), write=True)
    turned = "equipment,input,fed_by\npdu-1A,in,util-A\nups-A,in,pdu-1A\n"
    assert bring({"power_inputs.csv": turned.encode()}, write=True).counts["changed"] == 2


def test_vanished_rows_become_stale_only_when_asked_and_come_back():
    bring(files(), write=True)
    shorter = {"equipment.csv": "\n".join(HOUSE["equipment.csv"].splitlines()[:-1]).encode()}
    assert bring(shorter, write=True).counts["vanished"] == 0
    assert counts(bring(shorter, write=True, mark_vanished=True)) == {"same": 4, "vanished": 1}
    assert Equipment.objects.get(name="srv-1").is_stale
    assert counts(bring(shorter, write=True, mark_vanished=True)) == {"same": 4}
    (back,) = bring(files(), write=True).of(Verdict.CHANGED)
    assert back.changes == [("is_stale", "yes", "no")]


def test_what_another_register_keeps_does_not_vanish_with_a_file():
    bring(files(), write=True)
    Equipment.objects.filter(name="acc-1").update(source="netbox", source_id="device:1")
    shorter = {"equipment.csv": "\n".join(HOUSE["equipment.csv"].splitlines()[:-2]).encode()}
    assert [entry.title for entry in bring(shorter, mark_vanished=True).of(Verdict.VANISHED)] == ["srv-1"]


def test_export_is_what_the_import_takes():
    bring(files(), write=True)
    Equipment.objects.create(name="=cmd|' /C calc'!A0", kind=EquipmentKind.OTHER, site=Site.objects.get())
    Equipment.objects.create(name="'=quoted", kind=EquipmentKind.OTHER, site=Site.objects.get())
    written = export_files()
    assert bring(written).is_idle
    assert set(written) == set(HOUSE)
    Equipment.objects.filter(name__contains="=").delete()
    assert counts(bring(reading.from_zip(export_zip()))) == {"same": 19}
    assert bring(written).counts["new"] == 2


def test_formula_is_stored_as_it_is_and_escaped_on_export():
    bring({"sites.csv": b"code,name\ndc1,=1+1\n"}, write=True)
    assert Site.objects.get().name == "=1+1"
    assert ",'=1+1," in export_files()["sites.csv"].decode()


def test_files_too_large_or_of_unknown_names_are_refused():
    with pytest.raises(TooLarge):
        reading.from_uploads([("sites.csv", b"x" * (reading.MAX_BYTES + 1))])
    with pytest.raises(Invalid, match="passwords"):
        reading.from_uploads([("passwords.csv", b"a")])
    with pytest.raises(Invalid):
        reading.from_zip(b"no archive")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sites.csv", b"0" * (3 * reading.MAX_BYTES))
    with pytest.raises(TooLarge):
        reading.from_zip(bomb.getvalue())


def test_only_engineers_and_administrators_import():
    with pytest.raises(NotAllowed):
        import_files(actor=factories.operator(1), files=files())
    assert import_files(actor=factories.operator(3), files=files()).counts["new"] == 19


def test_commands_carry_the_registry_from_folder_to_archive(tmp_path, capsys):
    for name, text in HOUSE.items():
        (tmp_path / name).write_text(text)
    call_command("import_registry", str(tmp_path))
    assert "dry run: 19 new" in capsys.readouterr().out
    call_command("import_registry", str(tmp_path), "--apply")
    call_command("export_registry", str(tmp_path / "out.zip"))
    capsys.readouterr()
    call_command("import_registry", str(tmp_path / "out.zip"), "--apply")
    assert "written: 0 new, 0 changed, 19 same" in capsys.readouterr().out
    (tmp_path / "sites.csv").write_text("code,name\ndc1,\n")
    with pytest.raises(CommandError):
        call_command("import_registry", str(tmp_path))
