"""Celery entry points of the room."""

from celery import shared_task

from messaging.services.delivering import send_due
from messaging.services.doorbell import ring

ROUND = 200


@shared_task(name="messaging.send_outbox", queue="mail_out")
def send_outbox() -> None:
    """Send what is due. Rung after each enqueue and every 15 seconds; idempotent."""
    done = send_due(limit=ROUND)
    if done.sent + done.failed + done.dead >= ROUND:
        ring("messaging.send_outbox", queue="mail_out")
