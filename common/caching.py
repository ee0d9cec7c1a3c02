"""The cache: Redis, and this process's own memory while Redis is away.

What is cached are counters of failed sign-ins and signs of life. Without Redis the counters go on per process: attempts
stay limited, and nobody is kept from signing in by a service that is not needed for it.
"""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError


def _spared(name: str) -> Callable[..., Any]:
    def method(self: "SturdyRedisCache", *args: Any, **options: Any) -> Any:
        try:
            return getattr(RedisCache, name)(self, *args, **options)
        except (RedisError, OSError):
            return getattr(self.spare, name)(*args, **options)

    method.__name__ = name
    return method


class SturdyRedisCache(RedisCache):
    """Never raises because Redis does not answer."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.spare = LocMemCache("spare", {**params, "OPTIONS": {}})

    add = _spared("add")
    get = _spared("get")
    set = _spared("set")
    touch = _spared("touch")
    delete = _spared("delete")
    incr = _spared("incr")
    has_key = _spared("has_key")
    get_many = _spared("get_many")
    set_many = _spared("set_many")
    delete_many = _spared("delete_many")
    clear = _spared("clear")
