"""From what was stored to a ticket. One road per channel; taking up, failing and trying again are the same for all."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from common.errors import DomainError
from messaging.enums import Channel
from messaging.models import InboundMessage
from messaging.services import settling
from messaging.services.calls.events import UnreadableEventError
from messaging.services.parsing import UnreadableError
from messaging.services.telegram.updates import UnreadableUpdateError
from tickets.services import routing_calls, routing_mail, routing_telegram

logger = logging.getLogger(__name__)

UNREADABLE = (UnreadableError, UnreadableUpdateError, UnreadableEventError)


@dataclass(frozen=True, slots=True)
class Road:
    """`read` may take its time and touches nothing; `route` decides, in one transaction, under the message's lock."""

    read: Callable[[InboundMessage], Any]
    route: Callable[[InboundMessage, Any], None]


ROADS = {
    Channel.MAIL: Road(routing_mail.read, routing_mail.route),
    Channel.TELEGRAM: Road(routing_telegram.read, routing_telegram.route),
    Channel.PHONE: Road(routing_calls.read, routing_calls.route),
}


def route(*, message_id: int) -> None:
    """Route one stored message. Idempotent; a failure leaves it stored for a later attempt, or parked with a reason."""
    if not settling.take_up(message_id=message_id):
        return
    try:
        _route(message_id)
    except (*UNREADABLE, DomainError) as error:
        settling.failed(message_id=message_id, error=str(error) or type(error).__name__, for_good=True)
    except Exception as error:
        # Stored raw and counted: the sweep tries again, later each time, and parks it in the end.
        logger.exception("message %s is not routed yet", message_id)
        settling.failed(message_id=message_id, error=f"{type(error).__name__}: {error}")


def _route(message_id: int) -> None:
    found = settling.waiting(message_id=message_id)
    if found is None:
        return
    road = ROADS[Channel(found.mailbox.channel)]
    read = road.read(found)
    with transaction.atomic():
        inbound = settling.locked(message_id=message_id)
        if inbound is not None:
            road.route(inbound, read)


def route_due(*, limit: int = 100) -> int:
    """Sweep: route what is waiting; returns how many were looked at. One bad message does not stop the others."""
    waiting = settling.due_ids(limit=limit)
    for message_id in waiting:
        route(message_id=message_id)
    return len(waiting)
