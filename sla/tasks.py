"""Celery entry points of the SLA room."""

from __future__ import annotations

from celery import shared_task

from sla.services import enforcing, publishing


@shared_task(name="sla.tick", queue="clock", ignore_result=True)
def tick() -> int:
    """One sweep over due clocks. Returns how many fired."""
    return enforcing.tick().fired


@shared_task(name="sla.recalculate", queue="bulk", ignore_result=True)
def recalculate(key: str) -> int:
    """After a calendar was published. Returns the number of clocks that changed."""
    return publishing.recalculate(key=key)
