"""Rings a worker. A bell may be lost: the sweep finds the work; so ringing never raises and never waits long."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)


def ring(task: str, *args: int, queue: str) -> None:
    """Send a task by name without retrying; a broker that is away costs a log line."""
    try:
        current_app.send_task(task, args=args, queue=queue, retry=False, ignore_result=True)
    except Exception as error:
        # Whatever the broker's trouble is, the row is committed and will be swept.
        logger.warning("%s was not rung, the sweep will find the work: %s", task, error)


def after_commit(task: str, *args: int, queue: str) -> None:
    """Ring once the surrounding transaction is committed."""
    transaction.on_commit(partial(ring, task, *args, queue=queue), robust=True)
