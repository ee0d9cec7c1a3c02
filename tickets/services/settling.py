"""Knowledge debts: paid by an article that is used, or by the ticket's own draft becoming readable (§1.8 of the rules).

The sweep walks the open debts only, one transaction for each, claimed with SKIP LOCKED: any number may run, and one
that dies leaves a debt as it was.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.enums import Actor
from knowledge.enums import Confidence
from knowledge.models import ArticleRevision
from tickets.enums import OWING, EventType, KbState
from tickets.models import Ticket
from tickets.services import recording

READABLE = (Confidence.NOT_VALIDATED, Confidence.VALIDATED)


def settle(
    *, ticket: Ticket, actor: Actor, kb_state: KbState, article: str = "", at: datetime | None = None
) -> None:
    """Write where the ticket now stands with its article, and tell the clocks. The caller holds the row's lock.

    A debt that goes on keeps its beginning. `at` is when it was true (default: now).
    """
    goes_on = kb_state in OWING and ticket.kb_state in OWING
    ticket.kb_state = kb_state
    if kb_state not in OWING:
        ticket.kb_since = ticket.kb_owner_id = None
    elif not goes_on:
        ticket.kb_since = at
    ticket.version += 1
    ticket.save(update_fields=["kb_state", "kb_since", "kb_owner", "version", "updated_at"])
    recording.record(
        ticket=ticket, type=EventType.KNOWLEDGE_SETTLED, actor=actor, occurred_at=at, kb_state=str(kb_state), article=article,
    )  # fmt: skip


def settle_readable() -> int:
    """Pay the debts whose own article can be read now; returns how many. Costs what the open debts cost."""
    ready = Ticket.objects.owing().filter(
        article_links__article__ticket_ref=F("number"), article_links__article__confidence__in=READABLE
    )
    found = ready.order_by("kb_since", "pk").values_list("pk", flat=True)
    return sum(_settle_one(pk) for pk in dict.fromkeys(found))


@transaction.atomic
def _settle_one(pk: int) -> bool:
    claimed = Ticket.objects.owing().filter(pk=pk).select_related("category")
    ticket = claimed.select_for_update(of=("self",), skip_locked=True).first()
    if ticket is None:
        return False
    readable = _readable(ticket)
    if readable is None:
        return False
    settle(
        ticket=ticket, actor=Actor.system(), kb_state=KbState.PAID, article=readable.article.code, at=readable.at,
    )  # fmt: skip
    return True


def _readable(ticket: Ticket) -> ArticleRevision | None:
    """The first revision since the debt began that let others read an article written from the ticket.

    An article that was readable before does not count: the debt is about what is still missing.
    """
    own = ArticleRevision.objects.filter(
        article__ticket_ref=ticket.number,
        article__ticket_links__ticket=ticket,
        confidence__in=READABLE,
        changed__contains=["confidence"],
        at__gte=ticket.kb_since,
    )
    return own.select_related("article").defer("texts").order_by("at", "pk").first()
