"""Is the desk well: `/healthz` for watchers, `/healthz/live` for whatever restarts a web process."""

from typing import Literal

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from helpdesk import pulse

State = Literal["ok", "late", "down", "unknown"]


def _database() -> State:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        # The next request must not meet the broken connection again.
        connection.close()
        return "down"
    return "ok"


def _judge(name: str, age: float | None) -> State:
    if age is None:
        return "down"
    return "ok" if age <= pulse.LIMITS[name] else "late"


def _processes() -> dict[str, State]:
    names = list(pulse.LIMITS)
    try:
        ages = pulse.ages(names)
    except (RedisError, OSError):
        return {"redis": "down", **dict.fromkeys(names, "unknown")}
    return {"redis": "ok", **{name: _judge(name, age) for name, age in ages.items()}}


def components() -> dict[str, State]:
    """The state of each part. `clock` is the SLA sweep: late means that promises are judged late."""
    return {"database": _database(), **_processes()}


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
