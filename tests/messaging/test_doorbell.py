"""Bells save time and never cost any: a broker that is away stops nobody."""

import time
from collections.abc import Iterator

import pytest
from celery import current_app
from kombu import pools

from messaging.models import OutboundMessage
from messaging.services import doorbell
from messaging.services.sending import Draft, enqueue
from tests.messaging.factories import free_port


@pytest.fixture(autouse=True)
def no_memory() -> None:
    """What other tests of this process did to its broker connections, and a bell they could not ring, are forgotten."""
    doorbell._silent_until = 0.0
    forget_connections()


def forget_connections() -> None:
    pools.reset()
    current_app._pool = None
    current_app.amqp._producer_pool = None


@pytest.fixture
def broker_away() -> Iterator[None]:
    """The real client against a port where no Redis listens."""
    before = current_app.conf.broker_url
    current_app.conf.broker_url = f"redis://127.0.0.1:{free_port()}/0"
    forget_connections()
    yield
    current_app.conf.broker_url = before
    forget_connections()
    doorbell._silent_until = 0.0


def test_a_bell_that_can_be_rung_is_rung() -> None:
    assert doorbell.ring("messaging.send_outbox", queue="mail_out")


def test_a_broker_that_is_away_is_asked_once_and_then_left_alone(broker_away: None) -> None:
    assert not doorbell.ring("messaging.send_outbox", queue="mail_out")
    began = time.monotonic()
    assert not any(doorbell.ring("messaging.send_outbox", queue="mail_out") for _ in range(1000))
    assert time.monotonic() - began < 0.5


@pytest.mark.django_db(transaction=True)
def test_a_message_is_enqueued_although_the_broker_is_away(broker_away: None) -> None:
    enqueue(Draft("a", "it@customer.example", "Server", "It is up again."))
    assert OutboundMessage.objects.count() == 1
