"""The way there: ping and a trace by the system's own tools, given an address and never a name."""

from __future__ import annotations

import re
import shutil
import subprocess

from monitoring.services.diagnosing.results import OK, SKIPPED, WARN, Result

PINGS, HOPS = 3, 15
_LOSS = re.compile(r"([0-9.]+)% packet loss")
_TIMES = re.compile(r"= [0-9.]+/([0-9.]+)/")


def reach(address: str) -> Result:
    """Loss and mean time; when something is lost, the hops. Hosts that answer no ping are common: never more than a warning."""
    said = _run(["ping", "-n", "-c", str(PINGS), "-W", "2", address], 12)
    if said is None:
        return Result("path", SKIPPED, "path_no_tool", {"address": address})
    loss, times = _LOSS.search(said), _TIMES.search(said)
    values = {"address": address, "loss": loss[1] if loss else "100", "ms": times[1] if times else "–"}
    if loss and float(loss[1]) == 0:
        return Result("path", OK, "path_answers", values)
    return Result("path", WARN, "path_loses", values, _hops(address))


def _hops(address: str) -> list[tuple[str, str]]:
    for command in (
        ["tracepath", "-n", "-m", str(HOPS), address],
        ["traceroute", "-n", "-m", str(HOPS), "-w", "1", address],
    ):
        said = _run(command, 25)
        if said is not None:
            lines = [line.strip() for line in said.splitlines() if line.strip()[:1].isdigit()]
            return [(line.split()[0].rstrip(":"), " ".join(line.split()[1:])) for line in lines[:HOPS]]
    return []


def _run(command: list[str], seconds: float) -> str | None:
    tool = shutil.which(command[0])
    if tool is None:
        return None
    try:
        done = subprocess.run(
            [tool, *command[1:]], capture_output=True, text=True, timeout=seconds, check=False
        )
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout
