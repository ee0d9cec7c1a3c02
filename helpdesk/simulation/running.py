"""Who does what when: a steady rate, spread over a few hands, until the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import ip_address
from random import Random
from urllib.parse import urlsplit

import httpx

from helpdesk.simulation.meter import Meter
from helpdesk.simulation.visitors import Visitor, everybody
from helpdesk.simulation.zabbix import Zabbix

HANDS = 6
VISITORS = 6
TIMEOUT = 15.0
REPORT_EVERY = 5.0
# Of a hundred events: monitoring speaks more often than people.
MIX = {"problem": 34, "recovery": 26, "update": 10, "request": 18, "reply": 12}
MAX_RATE, MAX_MINUTES = 6_000.0, 24 * 60.0
Say = Callable[[str], object]


def is_loopback(url: str) -> bool:
    """True for an address of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(slots=True)
class Simulation:
    """Bounded by `minutes`; `rate` is events a minute. Uses nothing but HTTP."""

    url: str
    token: str
    password: str
    minutes: float
    rate: float
    rng: Random
    meter: Meter = field(default_factory=Meter)

    def run(self, say: Say) -> Meter:
        """Play it, telling `say` how it goes."""
        # Sessions are per visitor; the alert source keeps one connection, as Zabbix does.
        with httpx.Client(base_url=self.url, timeout=TIMEOUT) as source, ThreadPoolExecutor(HANDS) as hands:
            zabbix = Zabbix(source, self.token, self.meter, self.rng)
            visitors = self._visitors()
            try:
                self._play(zabbix, visitors, hands, say)
            finally:
                hands.shutdown(wait=True, cancel_futures=True)
                for visitor in visitors:
                    visitor.client.close()
        return self.meter

    def _visitors(self) -> list[Visitor]:
        return [
            Visitor(
                username, self.password, customer, httpx.Client(base_url=self.url, timeout=TIMEOUT), self.meter,
                Random(self.rng.random()),  # noqa: S311 — dice for a play
            )
            for username, customer in everybody()[:VISITORS]
        ]  # fmt: skip

    def _play(self, zabbix: Zabbix, visitors: list[Visitor], hands: ThreadPoolExecutor, say: Say) -> None:
        pause, started = 60.0 / self.rate, time.monotonic()
        ends, reported, due = started + self.minutes * 60, started, started
        while (now := time.monotonic()) < ends:
            if now < due:
                time.sleep(min(due - now, 0.2))
                continue
            due += pause
            hands.submit(self._one(zabbix, visitors)).add_done_callback(self._surprise)
            if now - reported >= REPORT_EVERY:
                reported = now
                say(f"{now - started:4.0f} s  {self.meter.progress()}")

    def _one(self, zabbix: Zabbix, visitors: list[Visitor]) -> Callable[[], None]:
        kind = self.rng.choices(list(MIX), list(MIX.values()))[0]
        alerts = {"problem": zabbix.problem, "recovery": zabbix.recovery, "update": zabbix.update}
        if kind in alerts:
            return alerts[kind]
        visitor = self.rng.choice(visitors)
        return lambda: self._visit(visitor, kind)

    @staticmethod
    def _visit(visitor: Visitor, kind: str) -> None:
        with visitor.lock:
            visitor.file_request() if kind == "request" else visitor.reply()

    def _surprise(self, done: Future[None]) -> None:
        """What no meter has counted yet: a page that could not be loaded, a broken answer."""
        error = None if done.cancelled() else done.exception()
        if error is not None:
            self.meter.note("page", type(error).__name__, 0.0, accepted=False)
