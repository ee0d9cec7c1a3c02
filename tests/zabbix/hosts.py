"""Hosts that fail on command: one trapper item and one trigger each."""

from collections.abc import Iterable
from dataclasses import dataclass

from zabbix_utils import ZabbixAPI

from tests.zabbix.server import Server

KEY = "alive"
HIGH = 4
ON, OFF = 0, 1


@dataclass(frozen=True)
class Hosts:
    """The switch that makes them fail and recover."""

    server: Server
    names: tuple[str, ...]

    def fail(self) -> None:
        self.server.send((name, KEY, 0) for name in self.names)

    def recover(self) -> None:
        self.server.send((name, KEY, 1) for name in self.names)


def group(api: ZabbixAPI) -> str:
    return str(api.hostgroup.create(name="Servers of customers")["groupids"][0])


def make(server: Server, api: ZabbixAPI, hostgroup: str, names: Iterable[str]) -> Hosts:
    wanted = tuple(names)
    made = api.host.create(
        [{"host": name, "groups": [{"groupid": hostgroup}], "status": OFF} for name in wanted]
    )["hostids"]
    api.item.create(
        [{"hostid": one, "name": "Alive", "key_": KEY, "type": 2, "value_type": 3} for one in made]
    )
    api.trigger.create([trigger(name) for name in wanted])
    # Only now, or the server might learn of the items before their triggers and take a value for nothing.
    api.host.massupdate(hosts=[{"hostid": one} for one in made], status=ON)
    return Hosts(server, wanted)


def trigger(host: str) -> dict[str, object]:
    return {
        "description": "{HOST.NAME} does not answer", "expression": f"last(/{host}/{KEY})=0", "priority": HIGH,
        "manual_close": 1, "tags": [{"tag": "scope", "value": "availability"}, {"tag": "host", "value": host}],
    }  # fmt: skip
