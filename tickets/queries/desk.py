"""Queues, threads, search, and the printed life cycle."""

from collections import Counter

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet, Value

from accounts.enums import Actor
from tickets.enums import OPEN, Guard
from tickets.models import Message, Ticket, TicketEvent
from tickets.models.lifecycle import LIFECYCLE

SEARCH_MAX_TERMS = 12


def queue(actor: Actor, *, line: int | None = None, mine: bool = False) -> QuerySet[Ticket]:
    """Open tickets by the next deadline, with everything a row shows, in a constant number of queries."""
    found = Ticket.objects.visible_to(actor).open()
    if line is not None:
        found = found.filter(line=line)
    if mine:
        found = found.filter(assignee_id=actor.user_id)
    return found.in_queue_order().select_related("category", "customer", "contact", "assignee")


def open_counts(actor: Actor, *, limit: int) -> dict[str, int]:
    """How many open tickets each line and the actor have, in one query; counting stops behind `limit`."""
    found = Ticket.objects.visible_to(actor).open()
    parts = {f"line{line}": found.filter(line=line) for line in (1, 2, 3)}
    parts["mine"] = found.filter(assignee_id=actor.user_id)
    counted = [
        rows.annotate(part=Value(name)).values_list("part", flat=True)[: limit + 1]
        for name, rows in parts.items()
    ]
    first, *others = counted
    return {**dict.fromkeys(parts, 0), **Counter(first.union(*others, all=True))}


def unanswered(actor: Actor) -> QuerySet[Ticket]:
    """Open tickets whose first-response clock still runs, the oldest first."""
    waiting = Ticket.objects.visible_to(actor).filter(
        state__in=OPEN, first_response_at__isnull=True, is_outbound=False
    )
    return waiting.order_by("received_at").select_related("customer", "category")


def thread(ticket: Ticket, actor: Actor) -> QuerySet[Message]:
    """The messages of a ticket and of those merged into it, as far as the actor may read them."""
    # Two steps by index: an OR across the join would read every message there is.
    family = Ticket.objects.filter(Q(pk=ticket.pk) | Q(merged_into=ticket)).values("pk")
    found = Message.objects.visible_to(actor).filter(ticket__in=family)
    return found.select_related("author_user", "author_contact", "ticket").prefetch_related("attachments")


def events(ticket: Ticket) -> QuerySet[TicketEvent]:
    """The log of a ticket, oldest first."""
    return ticket.events.select_related("actor_user").order_by("occurred_at", "pk")


def search_tickets(actor: Actor, text: str) -> QuerySet[Ticket]:
    """Tickets by number, or by words of subject and messages; the newest first. Any text is a legal query."""
    words = " ".join(text.replace("\x00", "").split()[:SEARCH_MAX_TERMS])
    visible = Ticket.objects.visible_to(actor).select_related("category", "customer", "contact", "assignee")
    if not words:
        return visible.none()
    query = SearchQuery(words, config="russian", search_type="websearch")
    in_messages = Message.objects.visible_to(actor).filter(search=query).values("ticket_id")
    hits = Q(number=words) | Q(search=query) | Q(pk__in=in_messages)
    return visible.filter(hits).order_by("-pk")


def lifecycle_markdown() -> str:
    """The table of docs/lifecycle.md."""
    lines = ["| id | move | from | to | line | who | guards |", "|---|---|---|---|---|---|---|"]
    for move in LIFECYCLE:
        sources = "any open" if move.sources == OPEN else " / ".join(move.sources)
        targets = "any open" if move.targets == OPEN else " / ".join(move.targets) or "unchanged"
        on = "any" if move.lines == (1, 2, 3) else ", ".join(str(line) for line in move.lines)
        guards = ", ".join(guard.value for guard in move.guards) or "–"
        lines.append(
            f"| {move.id} | {move.name} | {sources} | {targets} | {on} | {move.who.label} | {guards} |"
        )
    lines += ["", "| guard | says yes when |", "|---|---|"]
    lines += [f"| {guard.value} | {guard.label} |" for guard in Guard]
    return "\n".join(lines)


def lifecycle_mermaid() -> str:
    """A Mermaid state diagram of the moves that change the state."""
    lines = ["stateDiagram-v2", "    [*] --> new: T01 create"]
    for move in LIFECYCLE:
        for source in move.sources:
            for target in move.targets:
                if move.sources == OPEN and target in OPEN:
                    continue
                lines.append(f"    {source.value} --> {target.value}: {move.id} {move.name}")
    return "\n".join(lines)
