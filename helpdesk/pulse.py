"""Signs of life of the background processes, kept in Redis with an expiry.

How much of it is left tells the age: Redis measures it, so that no machine's clock can be wrong about another's.
"""

from collections.abc import Sequence

from django.conf import settings
from redis.exceptions import RedisError

from common.live.publishing import client, prefix

# How old a sign of life may be, in seconds, before the process counts as dead. The clock ticks every second; the
# worker answers a message every ten, behind whatever it is doing.
LIMITS = {"beat": 6.0, "clock": 6.0, "worker": 60.0}
KEEP_MS = 3_600_000


def _key(name: str) -> str:
    return f"{prefix()}pulse:{name}"


def give(name: str) -> None:
    """Note that `name` is alive now. Redis being away is not this process's death: nothing is raised."""
    try:
        client(settings.REDIS_URL).set(_key(name), "alive", px=KEEP_MS)
    except (RedisError, OSError):
        return


def ages(names: Sequence[str]) -> dict[str, float | None]:
    """Seconds since each sign of life, None where there is none. Raises RedisError when Redis is away."""
    with client(settings.REDIS_URL).pipeline(transaction=False) as pipe:
        for name in names:
            pipe.pttl(_key(name))
        left = pipe.execute()
    return {name: None if ms < 0 else (KEEP_MS - ms) / 1000 for name, ms in zip(names, left, strict=True)}
