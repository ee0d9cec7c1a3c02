"""Row locks of a ticket and those that hang on it, in one order, so that two commands never wait for each other."""

from django.db.models import Q, QuerySet

from common.errors import Missing
from tickets.models import Ticket


def lock_family(tickets: QuerySet[Ticket], ticket_id: int, *others: int) -> Ticket:
    """Lock a ticket, `others`, and what was merged into it without an answer: an answer here answers there too (R7).

    By ascending key, in one query. Returns the ticket, re-read under its lock; raises `Missing` when one of those
    named is out of scope.
    """
    named = {ticket_id, *others}
    owed = Q(merged_into_id=ticket_id, first_response_at__isnull=True)
    rows = list(tickets.filter(Q(pk__in=named) | owed).select_for_update(of=("self",)).order_by("pk"))
    found = {row.pk: row for row in rows}
    if not named <= found.keys():
        raise Missing
    return found[ticket_id]
