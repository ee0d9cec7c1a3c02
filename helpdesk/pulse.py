"""Signs of life of the background processes, kept in Redis with an expiry."""

import time
from collections.abc import Sequence

from django.conf import settings
from redis.exceptions import RedisError

from common.live.publishing import client, prefix

# How old a sign of life may be, in seconds, before the process counts as dead. The clock ticks every second; the
# worker answers a message every ten, behind whatever it is doing.
LIMITS = {"beat": 6.0, "clock": 6.0, "worker": 60.0}
KEEP_SECONDS = 3600


def _key(name: str) -> str:
    return f"{prefix()}pulse:{name}"


def give(name: str) -> None:
    """Note that `name` is alive now. Redis being away is not this process's death: nothing is raised."""
    try:
        client(settings.REDIS_URL).set(_key(name), repr(time.time()), ex=KEEP_SECONDS)
    except (RedisError, OSError):
        return


def ages(names: Sequence[str]) -> dict[str, float | None]:
    """Seconds since each sign of life, None where there is none. Raises RedisError when Redis is away."""
    found = client(settings.REDIS_URL).mget([_key(name) for name in names])
    now = time.time()
    return {
        name: None if value is None else now - float(value) for name, value in zip(names, found, strict=True)
    }
