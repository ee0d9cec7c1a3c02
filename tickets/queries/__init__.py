"""Read side: queues, threads, search, the printed life cycle; bypasses and knowledge debts."""

from tickets.queries.desk import (
    events,
    lifecycle_markdown,
    lifecycle_mermaid,
    open_counts,
    queue,
    search_tickets,
    thread,
    unanswered,
)

__all__ = [
    "events",
    "lifecycle_markdown",
    "lifecycle_mermaid",
    "open_counts",
    "queue",
    "search_tickets",
    "thread",
    "unanswered",
]
