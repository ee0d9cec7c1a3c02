"""The endpoint and the hub against a real Redis, in one event loop."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from common.live import token
from common.live.hub import QUEUE_LIMIT, Hub
from common.live.publishing import _bell, prefix
from tests.live.conftest import Browser, listening, opened

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def query(*channels: str) -> str:
    return urlencode({"t": token(channels)})


async def ring(channel: str, kind: str, data: str = "{}") -> None:
    await asyncio.to_thread(_bell.ring, prefix() + channel, f'{{"kind":"{kind}","data":{data}}}')


async def quiet_since_start(hub: Hub) -> None:
    """Longer ago than the tolerance for clocks: pages rendered from now on know everything."""
    await asyncio.sleep(0.3)


def test_stream_tells_only_its_own_channels(run: Run) -> None:
    async def story() -> None:
        async with listening() as hub, opened(hub, query("line:1")) as browser:
            await browser.next("hello")
            await ring("line:2", "other")
            await ring("line:1", "ticket", '{"id":5}')
            frame = await browser.next("ticket")
            assert browser.data(frame) == {"id": 5}
            assert browser.frames.empty()

    run(story())


def test_two_hundred_browsers_share_one_redis_connection(run: Run) -> None:
    async def story() -> None:
        from django.conf import settings

        from common.live.publishing import client

        redis = client(settings.REDIS_URL)
        async with listening() as hub:
            before = int(await asyncio.to_thread(redis.execute_command, "PUBSUB", "NUMPAT"))
            endpoints = [Browser(_endpoint(hub), query("shift"), []) for _ in range(200)]
            tasks = [asyncio.create_task(b.app(b.scope, b.receive, b.send)) for b in endpoints]
            await asyncio.gather(*(b.next("hello") for b in endpoints))
            assert int(await asyncio.to_thread(redis.execute_command, "PUBSUB", "NUMPAT")) == before
            begin = time.monotonic()
            await ring("shift", "breach")
            await asyncio.gather(*(b.next("breach") for b in endpoints))
            assert time.monotonic() - begin < 1
            for browser in endpoints:
                browser.gone.set()
            await asyncio.gather(*tasks)
            assert not hub.streams

    run(story())


def _endpoint(hub: Hub) -> Any:
    from common.live.endpoint import LiveEndpoint

    return LiveEndpoint(hub)


def test_stream_begins_with_a_retry_line_and_may_not_be_buffered(run: Run) -> None:
    async def story() -> None:
        async with listening() as hub, opened(hub, query("line:1")) as browser:
            assert (await browser.next("hello"))["retry"] == "2000"
            assert browser.headers[b"content-type"].startswith(b"text/event-stream")
            assert browser.headers[b"x-accel-buffering"] == b"no"
            assert b"no-store" in browser.headers[b"cache-control"]

    run(story())


def test_quiet_stream_sends_heartbeats_that_fire_nothing(run: Run) -> None:
    async def story() -> None:
        async with listening() as hub, opened(hub, query("line:1"), heartbeat=0.05) as browser:
            await browser.next("hello")
            frame = await browser.next()
            while frame.get("event") == "resync":
                frame = await browser.next()
            assert set(frame) == {"id"}

    run(story())


def test_bell_between_rendering_and_connecting_is_not_lost(run: Run) -> None:
    async def story() -> None:
        async with listening() as hub:
            await quiet_since_start(hub)
            page = query("ticket:9")
            await ring("ticket:9", "message")
            while not hub.missed_since(["ticket:9"], 2**62) and "ticket:9" not in hub._rang:
                await asyncio.sleep(0.01)
            async with opened(hub, page) as browser:
                await browser.next("resync")

    run(story())


def test_page_that_missed_nothing_is_not_asked_to_reload(run: Run) -> None:
    async def story() -> None:
        async with listening() as hub:
            await quiet_since_start(hub)
            async with opened(hub, query("ticket:10"), heartbeat=0.05) as browser:
                assert (await browser.next())["event"] == "hello"
                assert set(await browser.next()) == {"id"}

    run(story())


def test_browser_that_comes_back_is_told_to_look_again_only_if_something_rang(run: Run) -> None:
    async def story() -> None:
        async with listening() as hub:
            await quiet_since_start(hub)
            page = query("ticket:11")
            async with opened(hub, page) as browser:
                last = (await browser.next("hello"))["id"]
            await asyncio.sleep(0.3)
            async with opened(hub, page, last_id=last, heartbeat=0.05) as browser:
                assert (await browser.next())["event"] == "hello"
                assert set(await browser.next()) == {"id"}
                last = (await browser.next())["id"]
            await ring("ticket:11", "message")
            while "ticket:11" not in hub._rang:
                await asyncio.sleep(0.01)
            async with opened(hub, page, last_id=last) as browser:
                await browser.next("resync")

    run(story())


def test_slow_browser_gets_one_resync_instead_of_a_growing_queue(run: Run) -> None:
    async def story() -> None:
        async with listening() as hub, opened(hub, query("line:3")) as browser:
            await browser.next("hello")
            browser.hold.clear()
            for number in range(QUEUE_LIMIT * 3):
                hub.deliver("line:3", f'{{"kind":"ticket","data":{{"id":{number}}}}}')
                if number == 0:
                    await asyncio.sleep(0.01)
            (stream,) = hub.streams["line:3"]
            assert stream.queue.qsize() <= QUEUE_LIMIT
            browser.hold.set()
            await browser.next("resync")

    run(story())


def test_message_that_is_not_ours_is_dropped(run: Run) -> None:
    async def story() -> None:
        async with listening() as hub, opened(hub, query("line:1")) as browser:
            await browser.next("hello")
            for rubbish in ("", "{", "[]", '{"kind":1}', "null"):
                hub.deliver("line:1", rubbish)
            hub.deliver("line:1", '{"kind":"ticket","data":{}}')
            assert (await browser.next())["event"] in {"resync", "ticket"}

    run(story())


def test_kind_cannot_forge_a_second_event(run: Run) -> None:
    async def story() -> None:
        async with listening() as hub, opened(hub, query("line:1")) as browser:
            await browser.next("hello")
            hub.deliver("line:1", '{"kind":"a\\n\\nevent: breach","data":{}}')
            hub.deliver("line:1", '{"kind":"last","data":{}}')
            seen = []
            while not seen or seen[-1] != "last":
                seen.append((await browser.next())["event"])
            assert "breach" not in seen

    run(story())


def test_stopping_hub_ends_open_streams_at_once(run: Run) -> None:
    async def story() -> None:
        async with listening() as hub, opened(hub, query("line:1")) as browser:
            await browser.next("hello")
            hub.closing.set()
            async with asyncio.timeout(1):
                while not browser.ended:
                    await asyncio.sleep(0.01)

    run(story())


def test_forged_token_gets_403_and_other_methods_405(run: Run) -> None:
    async def story() -> None:
        async with listening() as hub:
            async with opened(hub, "t=forged") as browser:
                async with asyncio.timeout(1):
                    while not browser.ended:
                        await asyncio.sleep(0.01)
                assert browser.status == 403
            posted = Browser(_endpoint(hub), query("line:1"), [])
            posted.scope["method"] = "POST"
            await posted.app(posted.scope, posted.receive, posted.send)
            assert posted.status == 405

    run(story())
