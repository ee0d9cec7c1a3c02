"""A Zabbix server with its media type: problems, updates and recoveries as version 1 of the contract wants them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random
from typing import Any
from zlib import crc32

import httpx

from helpdesk.demo.data_files import read
from helpdesk.simulation.meter import Meter

PATH = "/api/monitoring/zabbix/v1/events"
COMMENTS = (
    "Смотрю на графики, похоже на рост после выкладки",
    "Escalated to the duty engineer",
    "Порог проверен, срабатывание настоящее",
)
# Far from triggers of the seeded history and of recorded samples.
FIRST_TRIGGER = 800_000


@dataclass(slots=True)
class Problem:
    """One event that has not recovered yet."""

    event_id: int
    body: dict[str, Any]


@dataclass(slots=True)
class Zabbix:
    """Sends what a real server would. Event ids grow with the clock, so that runs never meet."""

    client: httpx.Client
    token: str
    meter: Meter
    rng: Random
    open: list[Problem] = field(default_factory=list)
    _ids: count[int] = field(default_factory=lambda: count(int(time.time() * 1000)))

    def problem(self) -> None:
        client = self.rng.choice(read("customers.toml")["customer"])
        hosts = [service for service in client["services"] if "host" in service]
        alerts = read("alerts.toml")["alert"]
        alert = self.rng.choices(alerts, [alert["weight"] for alert in alerts])[0]
        found = Problem(next(self._ids), {})
        found.body = self._body(found.event_id, alert, self.rng.choice(hosts))
        self._post("problem", found.body)
        self.open.append(found)

    def recovery(self) -> None:
        """The oldest open problem recovers; without one a new problem begins."""
        try:
            found = self.open.pop(0)
        except IndexError:
            self.problem()
            return
        over = {"event_value": "0", "recovery_id": str(next(self._ids)), "recovery_ts": str(int(time.time()))}
        self._post("recovery", {**found.body, **over})

    def alarm(self, host: str, name: str, severity: int) -> dict[str, Any]:
        """A problem of a host of the registry, by name; the body, so that it can be over."""
        alert = {"name": f"{host}: {name}", "severity": severity, "opdata": "", "scope": "availability"}
        body = self._body(next(self._ids), alert, {"host": host, "label": host})
        self._post("problem", body)
        return body

    def over(self, body: dict[str, Any]) -> None:
        """Its recovery."""
        self._post(
            "recovery",
            {
                **body,
                "event_value": "0",
                "recovery_id": str(next(self._ids)),
                "recovery_ts": str(int(time.time())),
            },
        )

    def update(self) -> None:
        """Somebody acknowledges or comments in monitoring."""
        if not self.open:
            self.problem()
            return
        now = datetime.now().astimezone()
        said = {
            "update_status": "1",
            "update_action": "acknowledged and commented",
            "update_message": self.rng.choice(COMMENTS),
            "update_date": f"{now:%Y.%m.%d}",
            "update_time": f"{now:%H:%M:%S}",
            "update_ts": str(int(now.timestamp())),
            "update_user": "noc",
            "ack_status": "Yes",
        }
        self._post("update", {**self.rng.choice(self.open).body, **said})

    def _post(self, kind: str, body: dict[str, Any]) -> None:
        started = time.perf_counter()
        try:
            answer = self.client.post(PATH, json=body, headers={"Authorization": f"Bearer {self.token}"})
            status: int | str = answer.status_code
        except httpx.HTTPError as error:
            status = type(error).__name__
        self.meter.note(
            f"alert {kind}", status, time.perf_counter() - started, accepted=status in (200, 201, 202)
        )

    @staticmethod
    def _body(event_id: int, alert: dict[str, Any], service: dict[str, Any]) -> dict[str, Any]:
        now, host = datetime.now().astimezone(), service["host"]
        number = crc32(f"{host}/{alert['name']}".encode()) % 100_000
        return {
            "schema": "1",
            "event_id": str(event_id),
            "event_source": "0",
            "event_object": "0",
            "event_value": "1",
            "update_status": "0",
            "recovery_id": "{EVENT.RECOVERY.ID}",
            "recovery_ts": "{EVENT.RECOVERY.TIMESTAMP}",
            "event_ts": str(int(now.timestamp())),
            "event_date": f"{now:%Y.%m.%d}",
            "event_time": f"{now:%H:%M:%S}",
            "event_name": alert["name"],
            "nseverity": str(alert["severity"]),
            "opdata": alert["opdata"],
            "tags": json.dumps([{"tag": "scope", "value": alert["scope"]}]),
            "trigger_id": str(FIRST_TRIGGER + number),
            "trigger_description": "",
            "host_id1": str(crc32(host.encode()) % 90_000 + 10_000),
            "host1": host,
            "host_name1": service["label"],
            "host_ip1": f"192.0.2.{crc32(host.encode()) % 250 + 1}",
            "host_groups": "Customers",
            "asset_tag": "*UNKNOWN*",
            "update_action": "{EVENT.UPDATE.ACTION}",
            "update_message": "{EVENT.UPDATE.MESSAGE}",
            "ack_status": "No",
            "subject": f"Problem: {alert['name']}",
            "message": f"{alert['name']} on {service['label']}, {alert['opdata']}",
            "zabbix_url": "{$ZABBIX.URL}",
        }
