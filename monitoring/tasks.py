"""Celery entry points of monitoring."""

from celery import shared_task

from monitoring.services.diagnosing.running import run_due
from monitoring.services.diagnosing.watching import watch as look_at_expiries
from monitoring.services.sweeping import sweep
from monitoring.services.ticking import tick
from monitoring.services.zabbix.delivering import deliver_due
from monitoring.services.zabbix.reconciling import reconcile as ask
from monitoring.services.zabbix.watching import watch


@shared_task(name="monitoring.process_deliveries", queue="interactive", ignore_result=True)
def process_deliveries() -> int:
    """Every five seconds: drain the spool and work off what requests left owed."""
    return sweep()


@shared_task(name="monitoring.tick_incidents", queue="interactive", ignore_result=True)
def tick_incidents() -> None:
    """Every two seconds, and rung when something happened that clients may have to be told."""
    tick()


@shared_task(name="monitoring.write_back", queue="bulk", ignore_result=True)
def write_back() -> int:
    """Rung for each fact, and every ten seconds: tell Zabbix what is due."""
    return deliver_due()


@shared_task(name="monitoring.reconcile", queue="bulk", ignore_result=True)
def reconcile(slug: str) -> None:
    """Every minute for each source with an API."""
    ask(slug)


@shared_task(name="monitoring.watch_sources", queue="interactive", ignore_result=True)
def watch_sources() -> None:
    """Every fifteen seconds: has one fallen silent, does one speak again?"""
    watch()


@shared_task(name="monitoring.run_diagnoses", queue="bulk", ignore_result=True)
def run_diagnoses() -> int:
    """Rung by a click, and every fifteen seconds."""
    return run_due()


@shared_task(name="monitoring.watch_expiries", queue="bulk", ignore_result=True)
def watch_expiries() -> int:
    """Every quarter of an hour: the names that nobody looked at today."""
    return look_at_expiries()
