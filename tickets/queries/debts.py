"""Knowledge debts and waivers: who owes what since when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform

from accounts.enums import Actor
from accounts.models import User
from common import clock
from tickets.enums import OWING, EventType, KbState, State
from tickets.models import Ticket, TicketArticle, TicketEvent

PAGE = 50
WRITE_WITHIN = timedelta(hours=24)
WAIVERS_WITHIN = timedelta(days=30)
MANY = 5
"""A person who owes more overdue articles than this is named above the list (§1.8 of the rules)."""


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Ticket]
    after: int | None


def debts(actor: Actor, *, owner: int | None = None) -> QuerySet[Ticket]:
    """Solved tickets whose article is still owed, the longest overdue first."""
    found = Ticket.objects.visible_to(actor).owing() if actor.is_operator else Ticket.objects.none()
    if owner is not None:
        found = found.filter(kb_owner_id=owner)
    return found.select_related("kb_owner", "category").defer("search").order_by("kb_since", "pk")


def page(actor: Actor, *, owner: int | None = None, after: int | None = None) -> Page:
    """`after` is the key of the last ticket seen. Every row has its `draft`, or None. Two queries, one more to page."""
    found = debts(actor, owner=owner)
    last = Ticket.objects.filter(pk=after, kb_since__isnull=False).first() if after else None
    if last:
        found = found.filter(Q(kb_since__gt=last.kb_since) | Q(kb_since=last.kb_since, pk__gt=last.pk))
    rows = list(found[: PAGE + 1])
    with_drafts(rows)
    return Page(rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None)


def with_drafts(tickets: list[Ticket]) -> None:
    """Give each ticket the newest article that was written from it."""
    numbers = {ticket.pk: ticket.number for ticket in tickets}
    links = TicketArticle.objects.filter(ticket__in=tickets).select_related("article").order_by("article_id")
    own = {
        link.ticket_id: link.article for link in links if link.article.ticket_ref == numbers[link.ticket_id]
    }
    for ticket in tickets:
        ticket.draft = own.get(ticket.pk)  # type: ignore[attr-defined]
        ticket.debt_due_at = ticket.kb_since and ticket.kb_since + WRITE_WITHIN  # type: ignore[attr-defined]


def debt_of(ticket: Ticket) -> Ticket | None:
    """The ticket with its draft, if an article is owed for it; no query otherwise."""
    if ticket.kb_since is None or ticket.kb_state not in OWING:
        return None
    with_drafts([ticket])
    return ticket


@dataclass(frozen=True, slots=True)
class Owner:
    """A person with what they owe; `overdue` is longer than a day."""

    user: User | None
    owed: int
    overdue: int

    @property
    def is_many(self) -> bool:
        return self.overdue > MANY


def owners(actor: Actor) -> list[Owner]:
    """Everybody who owes an article, those with the most overdue first. Two queries."""
    late = clock.now() - WRITE_WITHIN
    rows = list(debts(actor).order_by().values_list("kb_owner_id", "kb_since"))
    owed = Counter(owner for owner, _since in rows)
    overdue = Counter(owner for owner, since in rows if since and since < late)
    people = User.objects.in_bulk([key for key in owed if key])
    found = [Owner(people.get(key) if key else None, number, overdue[key]) for key, number in owed.items()]
    return sorted(found, key=lambda one: (-one.overdue, -one.owed, one.user.name if one.user else ""))


def waivers(actor: Actor) -> QuerySet[Ticket]:
    """Waivers of the last thirty days that wait for a shift lead, the newest first, with the reason given."""
    reason = (
        TicketEvent.objects.filter(ticket=OuterRef("pk"), type=EventType.MOVED, payload__transition="resolve")
        .order_by("-pk")
        .annotate(said=KeyTextTransform("waive", "payload"))
        .values("said")[:1]
    )
    found = Ticket.objects.visible_to(actor).filter(
        kb_state=KbState.WAIVED,
        kb_since__gte=clock.now() - WAIVERS_WITHIN,
        state__in=(State.RESOLVED, State.CLOSED),
    )
    return (
        found.select_related("kb_owner")
        .defer("search")
        .annotate(waiver=Subquery(reason))
        .order_by("-kb_since", "-pk")
    )


def owed_by(actor: Actor) -> int:
    """How many articles the actor owes."""
    return Ticket.objects.owing().filter(kb_owner_id=actor.user_id).count()
