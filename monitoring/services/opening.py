"""Opening the one ticket of a problem that stands alone."""

from datetime import datetime, timedelta
from typing import NamedTuple

from accounts.enums import Actor
from accounts.models import Customer
from assets.models import Service
from monitoring import queries
from monitoring.enums import EventSource
from monitoring.models import Problem
from monitoring.services import describing
from monitoring.services.classifying import classify
from tickets.enums import Channel
from tickets.models import Ticket
from tickets.services.creating import create_ticket

# An alert is believed to have fired at most this long before it was taken in; older debounce is monitoring's own time.
OLDEST = timedelta(seconds=120)


class Owner(NamedTuple):
    """Whose service the alert is about, as far as the registry tells."""

    customer: Customer | None
    service: Service | None


def received_at(problem: Problem, at: datetime) -> datetime:
    """When the alert spoke: the clocks run from then. `at` is when the desk heard it."""
    return min(max(problem.started_at, at - OLDEST), at)


def open_ticket(
    *, actor: Actor, problem: Problem, service_ids: set[int], earlier: Ticket | None, received_at: datetime
) -> Ticket:
    """The ticket of a problem that stands alone; `earlier` is the last one of the same trigger."""
    # "Item became unsupported" is our own worry: it never names a customer.
    is_internal = problem.event_source == EventSource.INTERNAL
    owner = owner_of([] if is_internal else queries.services(service_ids))
    chosen = classify(problem.worst_severity)
    return create_ticket(
        actor=actor,
        subject=describing.subject_of(problem),
        body=describing.body_of(problem),
        channel=Channel.MONITORING,
        category=chosen.category,
        impact=chosen.impact,
        urgency=chosen.urgency,
        priority=chosen.priority,
        customer=owner.customer,
        service=owner.service,
        received_at=received_at,
        follow_up_of=earlier,
        details={"source_id": problem.source_id, "event_id": problem.event_id},
    )


def owner_of(services: list[Service]) -> Owner:
    """One service: it and its customer. Several of one customer: the customer. Of several customers: nobody."""
    if len(services) == 1:
        return Owner(services[0].customer, services[0])
    customers = {service.customer_id: service.customer for service in services}
    return Owner(next(iter(customers.values())), None) if len(customers) == 1 else Owner(None, None)
