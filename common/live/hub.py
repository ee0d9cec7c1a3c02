"""One Redis subscription per process, fanned out to all its open streams."""

import asyncio
import contextlib
import json
import logging
import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.live.tokens import now_ms

logger = logging.getLogger(__name__)

QUEUE_LIMIT = 256
# A line break in a kind would be a second event.
KIND = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
REMEMBERED_CHANNELS = 20_000
RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0)
# Clocks of two web machines may differ by this much before a bell between rendering and connecting is overlooked.
CLOCK_SKEW_MS = 250


@dataclass(frozen=True)
class Event:
    """One message for a browser; `data` is JSON."""

    kind: str
    data: str = "{}"


# "You may have missed something: fetch what you show again."
RESYNC = Event("resync")


def parse(message: bytes | str) -> Event | None:
    """What `publish` sent, or None."""
    try:
        content = json.loads(message)
        kind, data = KIND.fullmatch(content["kind"]), json.dumps(content["data"], separators=(",", ":"))
    except (ValueError, KeyError, TypeError):
        return None
    return Event(kind[0], data) if kind else None


@dataclass(eq=False)
class Stream:
    """The bounded queue of one browser. A browser too slow for it is told to resync instead of being fed stale bells."""

    queue: "asyncio.Queue[Event]" = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))

    def put(self, event: Event) -> None:
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(RESYNC)


class Hub:
    """Listens for every bell of the desk and remembers when each channel rang last.

    The memory closes two gaps without storing a message: between rendering a page and opening its stream, and between
    losing a stream and opening it again. All methods run on one event loop.
    """

    def __init__(self, url: str, prefix: str) -> None:
        self.url, self.prefix = url, prefix
        self.closing = asyncio.Event()
        self.listening = asyncio.Event()
        self.streams: dict[str, set[Stream]] = defaultdict(set)
        self._rang: OrderedDict[str, int] = OrderedDict()
        # Before this moment we know nothing, so anyone asking from earlier must resync.
        self._known_since = now_ms()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._listen_for_ever(), name="live-hub")

    async def stop(self) -> None:
        """End every stream and the subscription."""
        self.closing.set()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    @contextlib.contextmanager
    def subscribed(self, channels: Iterable[str]) -> Iterator[Stream]:
        stream = Stream()
        names = tuple(channels)
        for name in names:
            self.streams[name].add(stream)
        try:
            yield stream
        finally:
            for name in names:
                self.streams[name].discard(stream)
                if not self.streams[name]:
                    del self.streams[name]

    def missed_since(self, channels: Iterable[str], since_ms: int) -> bool:
        """Whether a bell of these channels may have rung after that moment."""
        since_ms -= CLOCK_SKEW_MS
        return since_ms < self._known_since or any(self._rang.get(name, 0) >= since_ms for name in channels)

    def deliver(self, channel: str, message: bytes | str) -> None:
        """Hand one bell to its streams. A message that is not ours is dropped."""
        event = parse(message)
        if event is None:
            logger.warning("Unreadable live message on %s", channel)
            return
        self._remember(channel)
        for stream in tuple(self.streams.get(channel, ())):
            stream.put(event)

    def _remember(self, channel: str) -> None:
        self._rang[channel] = now_ms()
        self._rang.move_to_end(channel)
        if len(self._rang) > REMEMBERED_CHANNELS:
            _, self._known_since = self._rang.popitem(last=False)

    async def _listen_for_ever(self) -> None:
        attempt = 0
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                if self.listening.is_set() or attempt == 0:
                    logger.warning("The live hub lost Redis: %s", type(error).__name__)
            attempt = 0 if self.listening.is_set() else attempt + 1
            self.listening.clear()
            await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])

    async def _listen(self) -> None:
        # A silent line is checked by the health check, so a Redis that vanished without a word is noticed too.
        client = Redis.from_url(self.url, socket_connect_timeout=2, health_check_interval=10)
        async with client, client.pubsub(ignore_subscribe_messages=False) as pubsub:
            await pubsub.psubscribe(f"{self.prefix}*")
            while True:
                message = await pubsub.get_message(timeout=10)
                if message is None:
                    continue
                if message["type"] == "psubscribe":
                    self._start_knowing()
                elif message["type"] == "pmessage":
                    self.deliver(message["channel"].decode().removeprefix(self.prefix), message["data"])

    def _start_knowing(self) -> None:
        """From here on nothing is overlooked; whoever was already listening may have missed something."""
        self._known_since = now_ms()
        self._rang.clear()
        self.listening.set()
        for stream in {stream for streams in self.streams.values() for stream in streams}:
            stream.put(RESYNC)
