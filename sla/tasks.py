"""Celery entry points of the SLA room."""

from __future__ import annotations

from celery import shared_task

from sla.models import PolicyApplication, WhatIf
from sla.services import applying, enforcing, recalculating, running, training, trying


@shared_task(name="sla.tick", queue="clock", ignore_result=True)
def tick() -> int:
    """One sweep over due clocks. Returns how many fired."""
    return enforcing.tick().fired


@shared_task(name="sla.recalculate", queue="bulk", ignore_result=True)
def recalculate() -> int:
    """What published calendars owe to running clocks. Returns the number of clocks that changed."""
    return recalculating.recalculate()


@shared_task(name="sla.train_risk", queue="bulk", ignore_result=True)
def train_risk() -> int:
    """Once a night, at the first look after it began. Returns the number of curves made."""
    return training.train_if_due()


@shared_task(name="sla.what_if", queue="bulk", ignore_result=True)
def what_if(run_id: int) -> bool:
    """One turn of a what-if run; rings for the next one. Returns whether more is left."""
    more = trying.walk(run_id=run_id)
    if more:
        running.ring_again(WhatIf, run_id)
    return more


@shared_task(name="sla.apply_policy", queue="bulk", ignore_result=True)
def apply_policy(run_id: int) -> bool:
    """One turn of applying promises to open tickets; rings for the next one. Returns whether more is left."""
    more = applying.walk(run_id=run_id)
    if more:
        running.ring_again(PolicyApplication, run_id)
    return more


@shared_task(name="sla.resume_runs", queue="bulk", ignore_result=True)
def resume_runs() -> int:
    """Runs that a killed worker or a lost bell left behind. Returns their number."""
    return running.sweep()
