"""Celery entry points of the SLA room."""

from __future__ import annotations

from celery import shared_task

from sla.services import enforcing


@shared_task(name="sla.tick", queue="clock", ignore_result=True)
def tick() -> int:
    """One sweep over due clocks. Returns how many fired."""
    return enforcing.tick().fired
