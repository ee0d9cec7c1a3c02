"""A line of the demo's data centre is lost, its battery runs down, and after a while it is back: an incident to look at."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.simulation.zabbix import Zabbix

LOST, BATTERY, OFF, SILENT = (
    "нет напряжения на входе",
    "ИБП работает от батареи",
    "нет питания",
    "узел не отвечает",
)
# Seconds from the beginning, host, what is said, severity. Hosts are those of the demo's registry.
EVENTS: tuple[tuple[float, str, str, int], ...] = (
    (0, "dc1-util-a", LOST, 5), (1, "dc1-ups-a", BATTERY, 4), (20, "dc1-ups-a", OFF, 5), (21, "dc1-pdu-07a", OFF, 5),
    (22, "dc1-pdu-05a", OFF, 5), (24, "zr-erp-01", SILENT, 4), (25, "ss-1c-01", SILENT, 4), (27, "bh-edge-02", SILENT, 4),
    (28, "dc1-acc-07", SILENT, 4), (29, "dc1-hv-3", SILENT, 4),
)  # fmt: skip


@dataclass(slots=True)
class LostLine:
    """Plays the story once within `minutes`; the last third of them is the way back."""

    zabbix: Zabbix
    minutes: float

    def play(self, say: Callable[[str], object]) -> None:
        began, sent = time.monotonic(), []
        for second, host, name, severity in EVENTS:
            self._wait(began, second)
            body = self.zabbix.alarm(host, name, severity)
            sent.append(body)
            say(f"{second:4.0f} s  {host}: {name}")
        self._wait(began, max(self.minutes * 40, EVENTS[-1][0] + 5))
        say("the line is back")
        for body in sent:
            self.zabbix.over(body)

    @staticmethod
    def _wait(began: float, second: float) -> None:
        while (left := began + second - time.monotonic()) > 0:
            time.sleep(min(left, 0.5))
