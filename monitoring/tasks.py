"""Celery entry points of monitoring."""

from celery import shared_task

from monitoring.services.sweeping import sweep
from monitoring.services.ticking import tick


@shared_task(name="monitoring.process_deliveries", queue="interactive", ignore_result=True)
def process_deliveries() -> int:
    """Every five seconds: drain the spool and work off what requests left owed."""
    return sweep()


@shared_task(name="monitoring.tick_incidents", queue="interactive", ignore_result=True)
def tick_incidents() -> None:
    """Every two seconds, and rung when something happened that clients may have to be told."""
    tick()
