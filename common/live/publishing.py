"""Ring a bell after the commit; never fail, and hardly slow, the request that rings."""

import functools
import json
import logging
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError, TimeoutError  # noqa: A004 — not the built-in ones
from redis.retry import Retry

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 0.5
# After a failure nobody waits for Redis again for this long: an outage costs one request half a second, not each one.
QUIET_SECONDS = 2.0
# Bells that share one round trip; few enough that nobody's bell waits for the others to be written.
TOGETHER = 200


class Bell(NamedTuple):
    """One thing that browsers on `channel` are to hear; `data` is JSON of ids and kinds."""

    channel: str
    kind: str
    data: Mapping[str, object]

    @property
    def message(self) -> str:
        return json.dumps({"kind": self.kind, "data": self.data}, separators=(",", ":"))


class _Bell:
    """The connection of this process, and what it remembers of an outage."""

    def __init__(self) -> None:
        self.quiet_until = 0.0
        self.failed = False

    def ring(self, channel: str, message: str) -> None:
        self.ring_all([(channel, message)])

    def ring_all(self, messages: list[tuple[str, str]]) -> None:
        if time.monotonic() < self.quiet_until:
            return
        try:
            self._send(messages)
        except (RedisError, OSError) as error:
            self.quiet_until = time.monotonic() + QUIET_SECONDS
            if not self.failed:
                logger.warning("Live push is off while Redis does not answer: %s", type(error).__name__)
            self.failed = True
        else:
            if self.failed:
                logger.warning("Live push works again")
            self.failed = False

    def _send(self, messages: list[tuple[str, str]]) -> None:
        try:
            self._write(messages)
        except TimeoutError:
            raise
        except ConnectionError:
            # A pooled connection that Redis closed in the meantime: once more on a fresh one. A bell may ring twice.
            self._write(messages)

    def _write(self, messages: list[tuple[str, str]]) -> None:
        with client(settings.REDIS_URL).pipeline(transaction=False) as pipe:
            for channel, message in messages:
                pipe.publish(channel, message)
            pipe.execute()


_bell = _Bell()


@functools.cache
def client(url: str) -> Redis:
    """One pool per process and address; safe to share between threads."""
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 0),
    )


def prefix() -> str:
    """What all our Redis channels begin with; tests give each run its own."""
    return str(getattr(settings, "LIVE_PREFIX", "live:"))


def publish(channel: str, kind: str, **data: object) -> None:
    """Tell the browsers on `channel` that `kind` happened, once the current transaction has committed.

    `data` is JSON of ids and kinds, never content: a bell is not an answer. Outside a transaction it rings at once;
    after a rollback it never does. Does not raise when Redis is away: pages refresh themselves when the bell is back.
    """
    publish_all([Bell(channel, kind, data)])


def publish_all(bells: Iterable[Bell]) -> None:
    """`publish` for many bells: they travel together, not one by one."""
    messages = [(prefix() + bell.channel, bell.message) for bell in bells]
    for start in range(0, len(messages), TOGETHER):
        transaction.on_commit(
            functools.partial(_bell.ring_all, messages[start : start + TOGETHER]), robust=True
        )
