"""The one column that another room writes: what the queue sorts by."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from tickets.models import Ticket


def set_next_due(ticket: Ticket, at: datetime | None, kind: str) -> None:
    """Called by `sla` inside the ticket's transaction; `kind` is the clock, for example ``FR``."""
    if ticket.next_due_at == at and ticket.next_due_kind == kind:
        return
    ticket.next_due_at, ticket.next_due_kind = at, kind
    Ticket.objects.filter(pk=ticket.pk).update(next_due_at=at, next_due_kind=kind)


def set_next_dues(dues: Iterable[tuple[Ticket, datetime | None, str]]) -> None:
    """`set_next_due` for many tickets in one statement; the caller holds their locks."""
    changed = [due for due in dues if (due[0].next_due_at, due[0].next_due_kind) != due[1:]]
    if not changed:
        return
    for ticket, at, kind in changed:
        ticket.next_due_at, ticket.next_due_kind = at, kind
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_ticket SET next_due_at = due.at, next_due_kind = due.kind "
            "FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS due (id, at, kind) "
            "WHERE tickets_ticket.id = due.id",
            [
                [ticket.pk for ticket, _, _ in changed],
                [at for _, at, _ in changed],
                [kind for *_, kind in changed],
            ],
        )
