"""Alerts at given seconds of a story, with the beat that would run between them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import time_machine

from monitoring.models import Incident, Problem
from monitoring.services.ticking import tick
from tests.monitoring.bodies import problem, recovery

T0 = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
EVERY, LIVELY, QUIET = 2, 6, 20


class Timeline:
    """Posts alerts of hosts by name and lets time pass in steps of the beat. `now` is seconds since the beginning."""

    def __init__(self, post: Callable[..., Any]) -> None:
        self._post, self._number, self.now, self._heard = post, count(1000), 0.0, 0.0
        self.events: dict[tuple[str, str], int] = {}

    @contextmanager
    def moment(self, second: float) -> Iterator[datetime]:
        at = T0 + timedelta(seconds=second)
        with time_machine.travel(at, tick=False):
            yield at

    def pass_until(self, second: float) -> None:
        """The ticks until then: as the beat rings them while something happens, now and then when all is quiet."""
        while self.now < second:
            step = EVERY if self.now < self._heard + LIVELY else QUIET
            self.now = min(self.now + step, second)
            with self.moment(self.now) as at:
                assert tick(at=at)

    def alarm(
        self, second: float, host: str, name: str = "unreachable", severity: int = 4, **fields: Any
    ) -> None:
        """A problem of the host, sent twice as Zabbix does when an answer is lost."""
        self.pass_until(second)
        event = self.events.setdefault((host, name), next(self._number))
        with self.moment(second):
            for _again in (1, 2):
                self._send(problem(event, **self._about(host, name, severity), **fields))

    def back(self, second: float, host: str, name: str = "unreachable", severity: int = 4) -> None:
        """Its recovery."""
        self.pass_until(second)
        with self.moment(second):
            self._send(recovery(self.events[host, name], **self._about(host, name, severity)))

    def early_recovery(self, second: float, host: str, name: str) -> None:
        """A recovery that overtook its problem."""
        self.events.setdefault((host, name), next(self._number))
        self.back(second, host, name)

    def _about(self, host: str, name: str, severity: int) -> dict[str, Any]:
        trigger = sum(ord(letter) * 31**place for place, letter in enumerate(host + name)) % 10**9
        return {
            "event_name": f"{host}: {name}", "nseverity": str(severity), "trigger_id": str(trigger), "host_id1": str(trigger),
            "host1": host, "host_name1": host, "tags": "[]",
        }  # fmt: skip

    def _send(self, body: dict[str, Any]) -> None:
        self._heard = self.now
        answer = self._post(body)
        assert answer.status_code in (200, 202), answer.content


def incident() -> Incident:
    """The only one there is."""
    (found,) = Incident.objects.all()
    return found


def clients(found: Incident, state: str) -> set[str]:
    """Codes of the clients in a state."""
    return set(found.clients.filter(state=state).values_list("customer__code", flat=True))


def alone() -> set[str]:
    """Hosts of open problems outside every incident."""
    return set(Problem.objects.open().filter(incident__isnull=True).values_list("host", flat=True))
