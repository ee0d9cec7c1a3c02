"""Celery entry points: ids in, one service call."""

from celery import shared_task

from tickets.services.relieving import relieve
from tickets.services.routing import route, route_due
from tickets.services.settling import settle_readable
from tickets.services.waking import wake_due


@shared_task(name="tickets.wake_due", queue="clock")
def wake_due_tickets() -> int:
    """Sweep: reminders, opened windows, ended silence."""
    return wake_due()


@shared_task(name="tickets.relieve", queue="clock")
def relieve_shift() -> int:
    """Sweep: work of people who went home returns to its queue."""
    return relieve()


@shared_task(name="tickets.route_inbound", queue="mail_in")
def route_inbound(message_id: int) -> None:
    """Rung by whoever has stored one message."""
    route(message_id=message_id)


@shared_task(name="tickets.route_stored", queue="mail_in")
def route_stored() -> int:
    """Sweep: messages whose bell was lost or whose earlier attempt failed."""
    return route_due()


@shared_task(name="tickets.settle_knowledge", queue="bulk")
def settle_knowledge() -> int:
    """Sweep: solved tickets whose own article can be read by now owe nothing more."""
    return settle_readable()
