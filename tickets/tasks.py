"""Celery entry points: ids in, one service call."""

from celery import shared_task

from tickets.services.waking import wake_due


@shared_task(name="tickets.wake_due", queue="clock")
def wake_due_tickets() -> int:
    """Sweep: reminders, opened windows, ended silence."""
    return wake_due()
