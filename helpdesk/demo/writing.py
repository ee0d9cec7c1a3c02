"""Everything into the database, in a few statements."""

from __future__ import annotations

from django.core.management.color import no_style
from django.db import connection

from helpdesk.demo.clocks import Projection
from helpdesk.demo.outbox import outbox
from helpdesk.demo.rows import Rows
from messaging.models import OutboundMessage
from monitoring.models import Problem
from sla.models import Breach, BreachReview, Clock, ClockFiring, CorrectiveAction, ProblemProposal
from tickets.models import Bypass, KnowledgeSearch, Message, Ticket, TicketArticle, TicketEvent, WorkingGroup

BATCH = 400

# Columns that Django stamps with the moment of writing get the moment of the story. What is only noted on a ticket
# (a warning, a review of what broke) does not change it.
STAMPS = (
    """
    UPDATE tickets_ticket SET created_at = received_at, updated_at = log.last
    FROM (SELECT ticket_id, max(occurred_at) AS last FROM tickets_ticketevent
          WHERE type NOT IN ('escalated', 'breach_reviewed') GROUP BY ticket_id) AS log
    WHERE log.ticket_id = tickets_ticket.id
    """,
    """
    UPDATE tickets_ticketarticle SET at = ticket.updated_at
    FROM tickets_ticket AS ticket WHERE ticket.id = ticket_id
    """,
    """
    UPDATE tickets_knowledgesearch SET at = log.at
    FROM (SELECT ticket_id, max(occurred_at) AS at FROM tickets_ticketevent
          WHERE type = 'knowledge_searched' GROUP BY ticket_id) AS log
    WHERE log.ticket_id = tickets_knowledgesearch.ticket_id
    """,
)
TABLES = (Ticket, Message, TicketEvent, Clock, ClockFiring, Breach, Problem)


def write(rows: Rows, projection: Projection) -> None:
    """Insert all rows, put the sequences behind them and tell the planner."""
    rows.events.sort(key=lambda event: event.occurred_at)
    Ticket.objects.bulk_create(rows.tickets, batch_size=BATCH)
    Message.objects.bulk_create(rows.messages, batch_size=BATCH)
    OutboundMessage.objects.bulk_create(outbox(rows), batch_size=BATCH)
    TicketEvent.objects.bulk_create(rows.events, batch_size=BATCH)
    TicketArticle.objects.bulk_create(rows.links)
    KnowledgeSearch.objects.bulk_create(rows.searches)
    Bypass.objects.bulk_create(rows.bypasses)
    Problem.objects.bulk_create(rows.problems, batch_size=BATCH)
    Clock.objects.bulk_create(projection.clocks, batch_size=BATCH)
    ClockFiring.objects.bulk_create(projection.firings, batch_size=BATCH)
    Breach.objects.bulk_create(projection.breaches, batch_size=BATCH)
    BreachReview.objects.bulk_create(projection.reviewed.reviews, batch_size=BATCH)
    CorrectiveAction.objects.bulk_create(projection.reviewed.actions)
    ProblemProposal.objects.bulk_create(projection.reviewed.proposals)
    _groups(rows)
    _after(len(rows.tickets))


def _groups(rows: Rows) -> None:
    for group, at, members in rows.groups:
        group.save()
        group.members.set(members)
        WorkingGroup.objects.filter(pk=group.pk).update(opened_at=at)


def _after(tickets: int) -> None:
    with connection.cursor() as cursor:
        for statement in STAMPS:
            cursor.execute(statement)
        for statement in connection.ops.sequence_reset_sql(no_style(), [Ticket, Message]):
            cursor.execute(statement)
        cursor.execute("SELECT setval('ticket_number', %s)", [max(tickets, 1)])
        for model in TABLES:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
