import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks
from redis import Redis
from redis.client import PubSub

from common.live import publish, publishing


@pytest.fixture
def ear() -> Iterator[PubSub]:
    """Hears every bell of this test process."""
    with Redis.from_url(settings.REDIS_URL) as redis, redis.pubsub() as pubsub:
        pubsub.psubscribe(f"{publishing.prefix()}*")
        assert pubsub.get_message(timeout=5)
        yield pubsub


@pytest.fixture
def quiet() -> Iterator[None]:
    """No memory of an outage leaks from one test into another."""
    publishing._bell.quiet_until, publishing._bell.failed = 0.0, False
    yield
    publishing._bell.quiet_until, publishing._bell.failed = 0.0, False


@pytest.mark.django_db(transaction=True)
def test_bell_rings_after_the_commit_and_not_before(ear: PubSub) -> None:
    with transaction.atomic():
        publish("line:1", "ticket", id=7)
        assert ear.get_message(timeout=0.1) is None
    message = ear.get_message(timeout=5)
    assert message["channel"].decode() == f"{publishing.prefix()}line:1"
    assert json.loads(message["data"]) == {"kind": "ticket", "data": {"id": 7}}


@pytest.mark.django_db(transaction=True)
def test_bell_stays_silent_after_a_rollback(ear: PubSub) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish("line:1", "ticket", id=7)
        raise ZeroDivisionError
    assert ear.get_message(timeout=0.2) is None


@pytest.mark.django_db
def test_request_survives_without_redis_and_the_outage_is_logged_once(
    quiet: None,
    settings: pytest.FixtureRequest,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody-listens.sock"
    with caplog.at_level(logging.WARNING, "common.live"), django_capture_on_commit_callbacks(execute=True):
        for number in range(50):
            publish("line:1", "ticket", id=number)
    assert [record.getMessage() for record in caplog.records] == [
        "Live push is off while Redis does not answer: ConnectionError"
    ]


@pytest.mark.django_db
def test_redis_that_hangs_costs_one_timeout_and_not_fifty(
    quiet: None,
    settings: pytest.FixtureRequest,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    import time

    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "s"))
        deaf.listen()
        settings.REDIS_URL = f"unix://{tmp_path}/s"
        begin = time.monotonic()
        with django_capture_on_commit_callbacks(execute=True):
            for number in range(50):
                publish("line:1", "ticket", id=number)
        assert time.monotonic() - begin < 4 * publishing.TIMEOUT_SECONDS
