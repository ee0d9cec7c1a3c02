"""Readers' verdicts: reuse is review."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common.db import lock_one
from common.errors import Invalid, NotAllowed
from knowledge import permissions
from knowledge.enums import Verdict
from knowledge.models import Article, Feedback


@transaction.atomic
def give_feedback(
    *, actor: Actor, article_id: int, verdict: str, comment: str = "", ticket_ref: str = ""
) -> Feedback:
    """Keep the actor's verdict on an article in sight; a new one replaces the old one for the same ticket.

    `wrong` needs a comment, so that the next editor knows where to look.
    """
    if not permissions.can_give_feedback(actor):
        raise NotAllowed
    # The row lock makes two clicks of one reader one verdict.
    article = lock_one(Article.objects.visible_to(actor), article_id)
    comment = comment.replace("\x00", "").strip()[:1000]
    if verdict not in Verdict.values:
        raise Invalid(_("Say whether the article helped."), field="verdict")
    if verdict == Verdict.WRONG and not comment:
        raise Invalid(_("Say what is wrong, so that it can be corrected."), field="comment")
    reader = (
        {"contact_id": actor.contact_id}
        if actor.contact_id
        else {"user_id": actor.user_id, "contact_id": None}
    )
    feedback, _created = Feedback.objects.update_or_create(
        article=article,
        ticket_ref=ticket_ref[:32],
        **reader,
        defaults={
            "verdict": verdict,
            "comment": comment,
            "revision": article.version,
            "user_id": actor.user_id,
        },
    )
    return feedback
