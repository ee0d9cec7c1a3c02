"""Who is calling now, with what an operator wants to know before the first word."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from accounts.enums import Actor
from accounts.models import Contact
from assets.models import Service
from common import clock
from messaging.enums import CallState
from messaging.models import Call
from tickets.models import Ticket

# A call that nobody has ended is forgotten by its PBX: not shown for ever.
LONGEST = timedelta(hours=4)
RINGING_FOR = timedelta(minutes=15)
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Caller:
    """One call with its caller's open tickets and services; empty for somebody unknown."""

    call: Call
    contact: Contact | None
    tickets: list[Ticket]
    services: list[Service]

    @property
    def is_waiting(self) -> bool:
        return self.call.state in (CallState.RINGING, CallState.QUEUED)


def going_on(actor: Actor) -> list[Caller]:
    """Calls nobody has answered, for everyone; answered ones only for whoever answered. In a fixed number of queries."""
    now = clock.now()
    waiting = Q(state__in=[CallState.RINGING, CallState.QUEUED], began_at__gt=now - RINGING_FOR)
    mine = Q(state=CallState.ANSWERED, began_at__gt=now - LONGEST, operator__user_id=actor.user_id)
    calls = list(
        Call.objects.filter(waiting | mine)
        .select_related("source", "contact__customer", "operator__user")
        .order_by("began_at")[:SHOWN]
    )
    customers = {call.contact.customer_id for call in calls if call.contact}
    tickets = _tickets(actor, customers)
    services = _services(customers)
    return [
        Caller(
            call,
            call.contact,
            [ticket for ticket in tickets if call.contact and ticket.customer_id == call.contact.customer_id][
                :SHOWN
            ],
            [one for one in services if call.contact and one.customer_id == call.contact.customer_id][:SHOWN],
        )
        for call in calls
    ]


def _tickets(actor: Actor, customers: set[int]) -> list[Ticket]:
    if not customers:
        return []
    rows = Ticket.objects.visible_to(actor).open().filter(customer_id__in=customers)
    return list(rows.order_by("-received_at")[: SHOWN * 10])


def _services(customers: set[int]) -> list[Service]:
    if not customers:
        return []
    return list(
        Service.objects.filter(customer_id__in=customers, is_active=True).order_by("name")[: SHOWN * 10]
    )
