"""All checks, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.queries.current import current
from assets.queries.quality import mapping, wiring
from assets.queries.quality.found import Named, Problem, devices

__all__ = ["Check", "Named", "Problem", "report"]
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Check:
    """`is_grave`: an outage would hit somebody of whom the desk says that they are safe, or says nothing."""

    code: str
    title: str | Promise
    advice: str | Promise
    is_grave: bool
    count: int
    problems: list[Problem]


TOLD = {
    "one-provider": (
        True, _("Several inputs, one supply"),
        _("All inputs hang on the same device, so one failure takes them all. Plug one into the other leg, or correct what is written here."),
    ),
    "legs-meet": (
        True, _("Two legs that meet further up"),
        _("The inputs look independent but have one device in common. Move one leg to another panel or UPS, or correct the wiring here."),
    ),
    "client-power": (
        True, _("Client equipment without power data"),
        _("Nobody knows what feeds it: in an outage the desk can only say “unknown”. Trace the cables and write them down."),
    ),
    "uplinks-meet": (
        True, _("Several uplinks, one way out"),
        _("All uplinks lead through one device. Connect one of them elsewhere, or correct the links here."),
    ),
    "service-nowhere": (
        True, _("Services that run on nothing"),
        _("No outage would list them. Say which device or cluster each runs on; where its host is known, the device is named."),
    ),
    "service-retired": (
        True, _("Services on equipment that is out of service"),
        _("Move the service to what really carries it, or end it."),
    ),
    "service-host": (
        True, _("Services whose host the registry does not know"),
        _("Monitoring watches this host, but no outage of a device would list the service. Add the machine, or say what the service runs on."),
    ),
    "own-power": (
        False, _("Own equipment without power data"),
        _("Everything behind it is “unknown” as well. Write down what feeds it."),
    ),
    "no-host": (
        False, _("Monitored equipment without a host"),
        _("Its alerts cannot be matched to it. Enter the technical name of its host in monitoring."),
    ),
    "not-monitored": (
        False, _("Equipment that is not monitored"),
        _("Its failure is noticed only by what hangs on it. Have it monitored where it matters."),
    ),
    "stale": (
        False, _("No longer listed at the source"),
        _("Retire it here if it is really gone, or bring it back at the source."),
    ),
}  # fmt: skip


def report() -> list[Check]:
    """Every check that found something. The number of queries does not grow with what is wrong."""
    usual, known = current(), devices()
    found: dict[str, Iterable[Problem]] = {
        "one-provider": wiring.one_provider(usual, known),
        "legs-meet": wiring.legs_that_meet(usual, known),
        "client-power": wiring.clients_without_power_data(usual, known),
        "own-power": wiring.own_without_power_data(usual, known),
        "uplinks-meet": wiring.uplinks_that_meet(usual, known),
        "service-nowhere": mapping.on_nothing(known),
        "service-retired": mapping.on_retired(),
        "service-host": mapping.unknown_hosts(known),
        "no-host": mapping.without_host(known),
        "not-monitored": mapping.not_monitored(known),
        "stale": mapping.stale(),
    }
    checks = []
    for code, (is_grave, title, advice) in TOLD.items():
        problems = sorted(found[code], key=lambda problem: problem.subject.name)
        if problems:
            checks.append(Check(code, title, advice, is_grave, len(problems), problems[:SHOWN]))
    return checks
