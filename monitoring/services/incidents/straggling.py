"""The cause is back and some of its problems are not: they get a ticket for each client, and the incident waits."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.enums import Actor
from accounts.models import Customer
from assets.queries.current import current
from monitoring.correlation.rules import STRAGGLES
from monitoring.enums import ProblemState
from monitoring.models import Incident, Problem
from monitoring.services.classifying import classify
from monitoring.services.describing import subject_of
from monitoring.services.incidents import changes
from monitoring.services.incidents.failing import members
from monitoring.services.incidents.recovering import cause_back_since
from tickets.enums import Channel
from tickets.models import Ticket
from tickets.services.creating import create_ticket

SHOWN = 30


def split_off(*, incident: Incident, actor: Actor, at: datetime) -> int:
    """Open the tickets of stragglers when it is time; how many. Needs the incident's row lock."""
    left = members(incident).filter(state=ProblemState.OPEN, ticket__isnull=True)
    if not left.exists():
        return 0
    since = cause_back_since(incident)
    if since is None or at < since + STRAGGLES:
        return 0
    by_client: dict[int | None, list[Problem]] = defaultdict(list)
    for problem in left.select_related("equipment", "service").order_by("pk"):
        by_client[_client_of(problem)].append(problem)
    customers = Customer.objects.in_bulk([key for key in by_client if key is not None])
    for key, problems in by_client.items():
        customer = None if key is None else customers.get(key)
        ticket = _ticket(incident, actor, customer, problems, at)
        Problem.objects.filter(pk__in=[one.pk for one in problems]).update(ticket=ticket)
        changes.note(
            incident, changes.STRAGGLERS, at=at, ticket=ticket.number, count=len(problems),
            customer=customer.name if customer else "",
        )  # fmt: skip
    return len(by_client)


def _client_of(problem: Problem) -> int | None:
    """Whose it is: the owner of the device, of the service, or the only client that has services on it."""
    if problem.service is not None:
        return problem.service.customer_id
    if problem.equipment is None:
        return None
    if problem.equipment.owner_id is not None:
        return problem.equipment.owner_id
    clients = {one.client for one in current().plant.services if one.node == problem.equipment_id}
    return clients.pop() if len(clients) == 1 else None


def _ticket(
    incident: Incident, actor: Actor, customer: Customer | None, problems: list[Problem], at: datetime
) -> Ticket:
    chosen = classify(max(one.worst_severity for one in problems))
    lines = [subject_of(one) for one in problems[:SHOWN]]
    if len(problems) > SHOWN:
        lines.append(_("… and %(count)d more") % {"count": len(problems) - SHOWN})
    names = {"cause": incident.cause_label, "number": incident.ticket.number}
    return create_ticket(
        actor=actor,
        subject=_("Still down although %(cause)s is back") % names,
        body=_("The cause of incident %(number)s (%(cause)s) has recovered, these have not:") % names
        + "\n\n" + "\n".join(lines),
        channel=Channel.MONITORING,
        category=chosen.category,
        impact=chosen.impact,
        urgency=chosen.urgency,
        priority=chosen.priority,
        customer=customer,
        received_at=at,
        parent=incident.ticket,
        details={"incident": incident.cause_key},
    )  # fmt: skip
