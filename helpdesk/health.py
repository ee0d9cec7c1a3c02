"""Is the desk well: `/healthz` for watchers, `/healthz/live` for whatever restarts a web process."""

from datetime import UTC, datetime
from typing import Literal

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from common.db import database_now
from helpdesk import pulse
from messaging.queries import channel_health
from sla.queries import heartbeat

State = Literal["ok", "late", "stuck", "wrong", "down", "unknown"]
SWEEP: dict[heartbeat.State, State] = {
    heartbeat.State.OK: "ok",
    heartbeat.State.STUCK: "stuck",
    heartbeat.State.LATE: "late",
    heartbeat.State.DOWN: "down",
}
SKEW_SECONDS = 2.0
"""How far this machine's clock may be from the database's: what it receives is stamped by its own."""


def _database() -> dict[str, State]:
    """The database, what its clock says of ours, and what it says of the sweep."""
    try:
        return {"database": "ok", "time": _time(), "clock": _clock()}
    except DatabaseError:
        # The next request must not meet the broken connection again.
        connection.close()
        return {"database": "down", "time": "unknown", "clock": "unknown"}


def _time() -> State:
    before = datetime.now(UTC)
    theirs = database_now()
    ahead = (before - theirs).total_seconds()
    behind = (theirs - datetime.now(UTC)).total_seconds()
    return "ok" if max(ahead, behind) <= SKEW_SECONDS else "wrong"


def _clock() -> State:
    """The judgement that the operators' alarm is made from, too."""
    return SWEEP[heartbeat.health().state]


def _judge(name: str, age: float | None) -> State:
    if age is None:
        return "down"
    return "ok" if age <= pulse.LIMITS[name] else "late"


def _processes() -> dict[str, State]:
    names = [name for name in pulse.LIMITS if name != "clock"]
    try:
        ages = pulse.ages(names)
    except (RedisError, OSError):
        return {"redis": "down", **dict.fromkeys(names, "unknown")}
    return {"redis": "ok", **{name: _judge(name, age) for name, age in ages.items()}}


def _channels() -> dict[str, State]:
    """Mail, chat and telephone, as their probes found them; one that has not been looked at yet is not unwell."""
    try:
        return {health.name: "late" if health.is_red else "ok" for health in channel_health()}
    except DatabaseError:
        connection.close()
        return {}


def components() -> dict[str, State]:
    """The state of each part. `clock` is the SLA sweep: late means that promises are judged late, stuck that some
    clocks cannot fire. `time` is this machine's clock against the database's.
    """
    return {**_database(), **_processes(), **_channels()}


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every part is well, 503 otherwise. Says states only: anyone may ask."""
    parts = components()
    well = all(state == "ok" for state in parts.values())
    response = JsonResponse({"status": "ok" if well else "unwell", **parts}, status=200 if well else 503)
    # A watcher asks every few seconds: Django need not log each 503 as an error of its own.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 — how Django marks it
    return response


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """This web process answers. A dead worker must not make anyone restart the web."""
    return JsonResponse({"status": "ok"})
