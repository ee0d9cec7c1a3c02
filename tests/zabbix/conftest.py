"""One Zabbix and one desk for all scenarios, set up as docs/zabbix.md tells. Their logs stay under DATA_DIR/zabbix."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from zabbix_utils import ZabbixAPI

from tests.zabbix import figures, hosts, setting_up
from tests.zabbix.desk import RealDesk
from tests.zabbix.hosts import Hosts
from tests.zabbix.server import Server

# A run of all the tests is not the place: `make zabbix-e2e` says that it is meant.
collect_ignore_glob = [] if os.environ.get("ZABBIX_E2E") else ["test_*.py"]


@dataclass
class Pair:
    """The two systems, and the administrator's API."""

    zabbix: Server
    desk: RealDesk
    api: ZabbixAPI
    hostgroup: str

    def hosts(self, *names: str) -> Hosts:
        return hosts.make(self.zabbix, self.api, self.hostgroup, names)

    def event_of(self, host: str) -> dict[str, Any]:
        """The newest event of the host with its tags and what was written to it."""
        found = self.api.event.get(
            hostids=[one["hostid"] for one in self.api.host.get(filter={"host": host}, output=["hostid"])],
            source=0, object=0, value=1, sortfield=["eventid"], sortorder="DESC", limit=1,
            output="extend", selectTags="extend", select_acknowledges="extend",
        )  # fmt: skip
        return dict(found[0]) if found else {}

    def open_events(self) -> set[int]:
        """Ids of what is open on our hosts; the desk's user may not read Zabbix's own."""
        found = self.api.problem.get(groupids=[self.hostgroup], output=["eventid"], source=0, object=0)
        return {int(one["eventid"]) for one in found}

    def tags_of(self, host: str) -> dict[str, str]:
        return {one["tag"]: one["value"] for one in self.event_of(host).get("tags", [])}


@pytest.fixture(scope="session")
def place() -> Path:
    found = Path(os.environ["DATA_DIR"]).parent / "zabbix"
    shutil.rmtree(found, ignore_errors=True)
    found.mkdir(parents=True)
    return found


@pytest.fixture(scope="session")
def pair(place: Path, django_db_blocker: Any) -> Iterator[Pair]:
    with Server(place / "server") as zabbix, django_db_blocker.unblock():
        api = zabbix.api()
        api.usermacro.createglobal(macro="{$ZABBIX.URL}", value=zabbix.address)
        setting_up.import_media_type(api)
        hostgroup = hosts.group(api)
        desk = RealDesk(place, zabbix, setting_up.make_user(api, [hostgroup]))
        try:
            desk.start()
            desk.settle_in()
            setting_up.enable_media_type(api, desk=desk.address, token=desk.source_token)
            setting_up.make_action(api)
            yield Pair(zabbix, desk, api, hostgroup)
            desk.stop()
        finally:
            desk.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in figures.found:
        terminalreporter.write_line(line)
