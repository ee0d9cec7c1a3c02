"""Housekeeping that belongs to no room."""

from celery import shared_task

from common import idempotency


@shared_task(name="common.sweep_idempotency_keys", queue="bulk")
def sweep_idempotency_keys() -> int:
    """Forget idempotency keys older than a day."""
    return idempotency.sweep()
