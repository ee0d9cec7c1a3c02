"""Celery entry points of the registry; scheduled only where a NetBox is configured."""

from celery import shared_task

from accounts.enums import Actor
from assets.services.netbox.syncing import sync


@shared_task(name="assets.import_netbox", queue="bulk", ignore_result=True)
def import_netbox(name: str, full: bool = True) -> dict[str, int]:
    """Every night all of it, every five minutes what has changed."""
    return sync(actor=Actor.system(), name=name, write=True, full=full).counts
