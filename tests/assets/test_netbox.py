"""NetBox as a source: what its answers become, read page by page over HTTP from a server on loopback."""

import io
import logging

import pytest
from django.conf import settings as the_settings
from django.core.management import CommandError, call_command

from accounts.enums import Actor
from assets.enums import CircuitRole
from assets.impact import Cut, Impact, assess
from assets.models import Circuit, Cluster, Equipment, Link, PowerInput, RegistrySync, Room, Service, Site
from assets.queries.current import current
from assets.services.exchange.records import Plan
from assets.services.netbox.reading import NetBoxFailed
from assets.services.netbox.syncing import sync
from assets.tasks import import_netbox
from common.errors import Missing
from tests import factories
from tests.assets.netbox import NEW, NetBox, device, running

pytestmark = pytest.mark.django_db
SECRET = "0123456789abcdef"


@pytest.fixture
def netbox(settings):
    factories.CustomerFactory.create(code="alfa")
    with running(NetBox()) as served:
        settings.NETBOX_SOURCES = {"dc1-netbox": {"url": served.url, "token": SECRET, "own_tenants": ["us"]}}
        yield served


def bring(*, write: bool = True, full: bool = True) -> Plan:
    return sync(actor=Actor.system(), name="dc1-netbox", write=write, full=full)


def counts(found: Plan) -> dict[str, int]:
    return {verdict: number for verdict, number in found.counts.items() if number}


def test_answers_become_the_registry(netbox):
    found = bring()
    assert found.counts["refused"] == 0, [entry.reason for entry in found.entries]
    server = Equipment.objects.get(name="srv-1")
    assert (server.kind, server.owner.code, server.rack.name, server.rack.units, server.position, server.height) == (
        "server", "alfa", "R1", 45, 13, 2)  # fmt: skip
    assert (server.monitored_host, server.monitored_host_ids) == ("srv-1.mon", [10661, 10662])
    assert list(server.power_inputs.values_list("name", "provider__name")) == [
        ("PSU1", "pdu-1A"),
        ("PSU2", None),
    ]
    wired = PowerInput.objects.filter(provider__isnull=False).values_list("provider__name", "equipment__name")
    assert {("dc1 Panel A", "dc1 Panel A Feed 1"), ("dc1 Panel A Feed 1", "pdu-1A")} <= set(wired)
    assert Site.objects.get().address == "Street 1, Town"
    assert Room.objects.get().name == "Hall 1"
    assert Link.objects.count() == 2
    assert list(Circuit.objects.values_list("cid", "equipment__name", "role", "is_egress")) == [
        ("TR-1", "acc-1", CircuitRole.BACKUP, True)]  # fmt: skip
    assert list(Cluster.objects.get().members.values_list("name", flat=True)) == ["hv-1"]
    assert list(Service.objects.values_list("name", "cluster__name", "monitored_host")) == [
        ("vm-1", "cloud", "vm-1.mon")
    ]
    assert Equipment.objects.get(name="hv-1").owner is None
    assert set(Equipment.objects.values_list("source", flat=True)) == {"dc1-netbox"}


def test_second_reading_changes_nothing(netbox):
    bring()
    assert bring().is_idle


def test_dry_run_writes_nothing_and_is_not_remembered(netbox):
    assert bring(write=False).counts["new"] > 15
    assert not Site.objects.exists()
    assert not RegistrySync.objects.exists()


def test_impact_reads_what_netbox_told_once_the_panel_has_a_source(netbox):
    bring()
    panel = Equipment.objects.get(kind="panel")
    line = Equipment.objects.create(name="util-A", kind="utility", site=panel.site)
    PowerInput.objects.create(equipment=panel, name="in", provider=line)
    usual = current()
    found = assess(usual.plant, Cut(nodes=frozenset({line.pk})), usual=usual)
    assert found.services[Service.objects.get(name="vm-1").pk].state is Impact.DOWN
    assert bring().is_idle
    assert PowerInput.objects.get(equipment=panel).provider == line


def test_renamed_device_stays_the_same_device(netbox):
    bring()
    before = Equipment.objects.get(name="srv-1").pk
    for rows in netbox.rows.values():
        for row in rows:
            for one in (
                row,
                row.get("device"),
                *((end or {}).get("device") for end in row.get("connected_endpoints") or ()),
            ):
                if one and one.get("name") == "srv-1":
                    one["name"] = "srv-renamed"
    assert counts(bring())["changed"] >= 1
    assert Equipment.objects.get(pk=before).name == "srv-renamed"
    assert bring().is_idle


def test_vanished_device_becomes_stale_with_its_inputs_and_is_kept(netbox):
    bring()
    for place, key in (("dcim/devices", "id"), ("dcim/power-ports", "device"), ("dcim/interfaces", "device")):
        netbox.rows[place] = [
            row for row in netbox.rows[place] if (row[key] if key == "id" else row[key]["id"]) != 13
        ]
    netbox.rows["dcim/interfaces"] = [row for row in netbox.rows["dcim/interfaces"] if row["id"] != 41]
    assert counts(bring())["vanished"] == 4
    assert Equipment.objects.get(name="srv-1").is_stale
    assert PowerInput.objects.filter(equipment__name="srv-1", is_stale=True).count() == 2
    assert Link.objects.filter(is_stale=True).count() == 1
    assert bring().is_idle


def test_hand_written_row_is_adopted_and_rows_of_another_source_are_not(netbox):
    site = Site.objects.create(code="dc1", name="By hand")
    Equipment.objects.create(name="srv-1", kind="server", site=site)
    Equipment.objects.create(name="acc-1", kind="switch", site=site, source="other", source_id="device:1")
    found = bring()
    assert Equipment.objects.get(name="srv-1").source == "dc1-netbox"
    assert [entry.reason for entry in found.entries if entry.title == "acc-1"] == [
        "belongs to the source “other”"
    ]
    assert Equipment.objects.get(name="acc-1").source == "other"


def test_tenant_that_is_no_customer_is_told_and_the_rest_is_written(netbox):
    netbox.device("srv-1")["tenant"] = {"id": 5, "slug": "stranger", "name": "Stranger"}
    found = bring()
    refused = {entry.title: entry.reason for entry in found.entries if entry.verdict == "refused"}
    assert "stranger" in refused["srv-1"]
    assert Equipment.objects.filter(name="hv-1").exists()
    assert not Equipment.objects.filter(name="srv-1").exists()


def test_power_in_a_circle_is_told_by_names_and_left_out(netbox):
    netbox.rows["dcim/power-ports"][0] |= {
        "link_peers_type": "dcim.poweroutlet", "link_peers": [{"id": 99, "device": {"id": 13, "name": "srv-1"}, "name": "o"}],
    }  # fmt: skip
    refused = [entry.reason for entry in bring().entries if entry.verdict == "refused"]
    assert len(refused) == 1
    assert "srv-1 → pdu-1A → srv-1" in refused[0]


def test_incremental_reading_takes_what_changed_and_lets_nothing_vanish(netbox):
    bring()
    netbox.rows["dcim/devices"].append(device(15, "srv-2", "server") | {"last_updated": NEW})
    netbox.rows["dcim/racks"] = []
    netbox.asked.clear()
    found = bring(full=False)
    assert counts(found) == {"new": 1, "same": 2}
    assert all(
        "last_updated__gte" in path for _verb, path in netbox.asked if path.startswith("/api/dcim/devices/")
    )
    assert list(Cluster.objects.get().members.values_list("name", flat=True)) == ["hv-1"]
    assert not Site.objects.filter(is_stale=True).exists()


def test_pages_are_followed_and_only_questions_are_asked(netbox):
    bring()
    assert len([path for _verb, path in netbox.asked if path.startswith("/api/dcim/power-ports/")]) == 3
    assert {verb for verb, _path in netbox.asked} == {"GET"}


def test_token_of_the_second_version_goes_as_bearer(netbox, settings):
    settings.NETBOX_SOURCES["dc1-netbox"]["token"] = "nbt_key123.secret"
    netbox.authorization = "Bearer nbt_key123.secret"
    assert bring().counts["new"] > 15


def test_refusal_names_the_status_and_never_the_token(netbox, caplog):
    netbox.authorization = "Token of somebody else"
    with caplog.at_level(logging.DEBUG), pytest.raises(NetBoxFailed) as failed:
        bring()
    state = RegistrySync.objects.get()
    assert "403" in failed.value.detail
    assert "403" in state.error
    assert state.read_until is None
    assert SECRET not in caplog.text + failed.value.detail + state.error


def test_next_page_elsewhere_is_not_asked_with_our_token(netbox):
    with running(NetBox()) as thief:
        netbox.next_host = thief.url
        netbox.largest_page = 1
        with pytest.raises(NetBoxFailed):
            bring()
        assert thief.asked == []
    assert not Site.objects.exists()


def test_server_that_is_away_is_a_sentence(netbox, settings):
    settings.NETBOX_SOURCES["dc1-netbox"]["url"] = "http://127.0.0.1:9"
    with pytest.raises(NetBoxFailed):
        bring()


def test_missing_optional_endpoint_is_no_error_and_a_missing_one_is(netbox):
    del netbox.rows["circuits/circuit-group-assignments"]
    bring()
    assert Circuit.objects.get().role == CircuitRole.PRIMARY
    del netbox.rows["dcim/devices"]
    with pytest.raises(NetBoxFailed, match=r"dcim\.devices"):
        bring()
    assert not Equipment.objects.filter(is_stale=True).exists()


def test_nothing_is_configured_and_so_nothing_runs():
    assert the_settings.NETBOX_SOURCES == {}
    assert not [name for name in the_settings.CELERY_BEAT_SCHEDULE if "netbox" in name]
    with pytest.raises(Missing):
        bring()
    with pytest.raises(CommandError):
        call_command("import_netbox", "dc1-netbox")


def test_command_and_task_read_it(netbox):
    out = io.StringIO()
    call_command("import_netbox", "dc1-netbox", stdout=out)
    assert "dry run:" in out.getvalue()
    assert import_netbox("dc1-netbox")["new"] > 15
    assert import_netbox("dc1-netbox", False)["new"] == 0
    state = RegistrySync.objects.get()
    assert state.full_at is not None
    assert state.error == ""
