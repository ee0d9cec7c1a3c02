"""Rings a worker. A bell may be lost: the sweep finds the work; so ringing never raises and hardly ever waits."""

import logging
import time
from functools import partial

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

# After a bell that could not be rung: finding out again that the broker is away would cost each request its time-out.
SILENCE_S = 10.0
_silent_until = 0.0


def ring(task: str, *args: int | str, queue: str) -> bool:
    """Send a task by name without retrying. False when the broker is away, or was a moment ago."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        current_app.send_task(task, args=args, queue=queue, retry=False, ignore_result=True)
    except Exception as error:
        # Whatever the broker's trouble is, the row is committed and will be swept.
        _silent_until = time.monotonic() + SILENCE_S
        logger.warning("%s was not rung, the sweep will find the work: %s", task, error)
        return False
    return True


def after_commit(task: str, *args: int | str, queue: str) -> None:
    """Ring once the surrounding transaction is committed."""
    transaction.on_commit(partial(ring, task, *args, queue=queue), robust=True)
