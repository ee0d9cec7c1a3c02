"""Celery entry points of the room."""

from celery import shared_task

from messaging.enums import Channel
from messaging.services.delivering import send_due
from messaging.services.doorbell import ring
from messaging.services.probing import probe_all

ROUND = 200


@shared_task(name="messaging.send_outbox", queue="mail_out")
def send_outbox(channel: str = Channel.MAIL) -> None:
    """Send what is due on a channel. Rung after each enqueue and by a sweep; idempotent."""
    done = send_due(channel=channel, limit=ROUND)
    if done.sent + done.failed + done.dead >= ROUND:
        ring("messaging.send_outbox", channel, queue="mail_out")


@shared_task(name="messaging.probe_channels", queue="bulk")
def probe_channels() -> int:
    """Every two minutes: a message of the desk to itself through each channel."""
    return probe_all()
