"""Celery entry points of monitoring."""

from celery import shared_task

from monitoring.services.sweeping import sweep


@shared_task(name="monitoring.process_deliveries", queue="interactive", ignore_result=True)
def process_deliveries() -> int:
    """Every five seconds: drain the spool and work off what requests left owed."""
    return sweep()
