"""Hanging a ticket on another one."""

from django.db import transaction

from accounts.enums import Actor
from common import clock
from common.db import lock_one
from tickets.enums import EventType
from tickets.models import Ticket
from tickets.services import recording


@transaction.atomic
def link(*, ticket: Ticket, parent: Ticket, actor: Actor, reason: str = "") -> Ticket:
    ticket = lock_one(Ticket.objects.visible_to(actor), ticket.pk)
    ticket.parent = parent
    ticket.version += 1
    ticket.save(update_fields=["parent", "version", "updated_at"])
    recording.record(ticket=ticket, type=EventType.LINKED, actor=actor, occurred_at=clock.now(), parent=parent.number)
    return ticket
