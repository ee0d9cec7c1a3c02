"""Paying a knowledge debt by hand after the ticket was solved: use an article that exists, or begin one."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common.db import lock_one
from common.errors import Conflict, Invalid, NotAllowed
from knowledge.models import Article
from tickets.enums import OWING, KbState, LinkOutcome, MessageKind
from tickets.models import Ticket
from tickets.services import accompanying, settling


@transaction.atomic
def use_article(*, actor: Actor, ticket_id: int, code: str, outcome: str = LinkOutcome.FITTED) -> Ticket:
    """Link the article that helped. Raises `Invalid` for an unknown code and for what pays nothing."""
    ticket = _owing(actor, ticket_id)
    article = Article.objects.visible_to(actor).filter(code=code.strip().upper()).first()
    if article is None:
        raise Invalid(_("There is no article with this code."), field="code")
    accompanying.link_article(ticket=ticket, actor=actor, article=article, outcome=outcome)
    if ticket.kb_state in OWING:
        raise Invalid(
            _("An unfinished draft or a wrong article pays nothing: make it readable and right first."),
            field="code",
        )
    return ticket


@transaction.atomic
def write_draft(*, actor: Actor, ticket_id: int) -> Article:
    """Begin the article with what the ticket knows; the debt is paid when others can read it."""
    ticket = _owing(actor, ticket_id)
    if ticket.kb_state == KbState.STUB:
        raise Conflict(_("A draft has been written from this ticket already."))
    answers = ticket.messages.filter(kind=MessageKind.REPLY).order_by("-occurred_at", "-pk")
    last = answers.values_list("text", flat=True).first() or ""
    article = accompanying.write_stub(ticket=ticket, actor=actor, resolution=last)
    accompanying.link_article(ticket=ticket, actor=actor, article=article, outcome=LinkOutcome.CORRECTED)
    settling.settle(ticket=ticket, actor=actor, kb_state=KbState.STUB, article=article.code)
    return article


def _owing(actor: Actor, ticket_id: int) -> Ticket:
    """The ticket under its lock, if an article is owed for it."""
    ticket = lock_one(Ticket.objects.visible_to(actor).select_related("category"), ticket_id)
    if not actor.is_operator:
        raise NotAllowed
    if ticket.kb_since is None or ticket.kb_state not in OWING:
        raise Conflict(_("No article is owed for this ticket any more."))
    return ticket
